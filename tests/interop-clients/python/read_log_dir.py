"""Reads a data directory from the published description of Kafka's file formats alone, and checks that its files agree with each other.

    read_log_dir.py DATA_DIR

Prints one JSON object for each partition: topic, partition, segments, batches, records, codecs, firstOffset, endOffset, sha256 (of a line for each record:
offset, timestamp, key, value, headers), and `errors`, a list of sentences. Exit 1 when there is one.
"""

import gzip
import hashlib
import json
import re
import struct
import sys
from pathlib import Path

import lz4.frame
import snappy
import zstandard

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
BATCH_HEAD = struct.Struct(">qiibIhiqqqhii")
BYTES_BEFORE_LENGTH_COUNTS = 12
CRC_STARTS_AT = 21
SEQUENCES = 2**31
LOG_APPEND_TIME = 1 << 3
CONTROL = 1 << 5
KNOWN_ATTRIBUTES = 0x7F


def make_crc32c_table():
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        table.append(crc)
    return table


CRC32C_TABLE = make_crc32c_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    table = CRC32C_TABLE
    for byte in data:
        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


class Cursor:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return (value >> 1) ^ -(value & 1)
            shift += 7
            if shift > 63:
                raise ValueError("a varint has more than 10 bytes")

    def take(self, length):
        if length < 0 or self.at + length > len(self.data):
            raise ValueError(f"{length} bytes are wanted where {len(self.data) - self.at} are left")
        self.at += length
        return self.data[self.at - length : self.at]

    def nullable(self):
        length = self.varint()
        return None if length == -1 else self.take(length)


def unpack_snappy(data):
    if not data.startswith(b"\x82SNAPPY\x00"):
        return snappy.decompress(data)
    cursor, blocks = 16, []
    while cursor < len(data):
        (length,) = struct.unpack_from(">i", data, cursor)
        blocks.append(snappy.decompress(data[cursor + 4 : cursor + 4 + length]))
        cursor += 4 + length
    return b"".join(blocks)


UNPACK = {
    "none": lambda data: data,
    "gzip": gzip.decompress,
    "snappy": unpack_snappy,
    "lz4": lz4.frame.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
}


class Batch:
    """A record batch (magic 2) at a position of a segment."""

    def __init__(self, data, position):
        (
            self.base_offset,
            length,
            self.leader_epoch,
            self.magic,
            self.crc,
            self.attributes,
            self.last_offset_delta,
            self.base_timestamp,
            self.max_timestamp,
            self.producer_id,
            self.producer_epoch,
            self.base_sequence,
            self.count,
        ) = BATCH_HEAD.unpack_from(data, position)
        self.position = position
        self.end = position + BYTES_BEFORE_LENGTH_COUNTS + length
        if self.end > len(data):
            raise ValueError(f"the batch at {position} ends at {self.end}, behind the end of the file")
        self.data = data[position : self.end]
        self.last_offset = self.base_offset + self.last_offset_delta
        self.last_sequence = (self.base_sequence + self.last_offset_delta) % SEQUENCES

    def problems(self):
        if self.magic != 2:
            yield f"magic is {self.magic}"
        if crc32c(self.data[CRC_STARTS_AT:]) != self.crc:
            yield "the CRC does not match"
        if self.attributes & ~KNOWN_ATTRIBUTES:
            yield f"unknown attributes {self.attributes:#x}"

    def codec(self):
        return CODECS[self.attributes & 7]

    def records(self):
        cursor = Cursor(UNPACK[self.codec()](self.data[BATCH_HEAD.size :]))
        for _ in range(self.count):
            record = Cursor(cursor.take(cursor.varint()))
            record.take(1)
            timestamp = self.base_timestamp + record.varint()
            if self.attributes & LOG_APPEND_TIME:
                timestamp = self.max_timestamp
            offset = self.base_offset + record.varint()
            key, value = record.nullable(), record.nullable()
            headers = [(record.take(record.varint()), record.nullable()) for _ in range(record.varint())]
            if record.at != len(record.data):
                raise ValueError(f"the record of offset {offset} has {len(record.data) - record.at} bytes too many")
            yield offset, timestamp, key, value, headers
        if cursor.at != len(cursor.data):
            raise ValueError(f"the batch of offset {self.base_offset} has {len(cursor.data) - cursor.at} bytes too many")


class PartitionReader:
    def __init__(self, folder, log_start_offset):
        self.folder = folder
        self.log_start_offset = log_start_offset
        self.errors = []
        self.batches = []
        self.records = 0
        self.codecs = set()
        self.digest = hashlib.sha256()

    def complain(self, file, problem):
        self.errors.append(f"{self.folder.name}/{file}: {problem}")

    def read(self):
        logs = sorted(self.folder.glob("*.log"))
        for log in logs:
            self.read_segment(log)
        for snapshot in sorted(self.folder.glob("*.snapshot")):
            self.check_snapshot(snapshot)
        epochs = self.folder / "leader-epoch-checkpoint"
        if epochs.exists():
            self.check_epochs(epochs)
        topic, _, partition = self.folder.name.rpartition("-")
        return {
            "topic": topic,
            "partition": int(partition),
            "segments": len(logs),
            "batches": len(self.batches),
            "records": self.records,
            "codecs": sorted(self.codecs),
            "firstOffset": self.batches[0].base_offset if self.batches else None,
            "logStartOffset": self.log_start_offset,
            "endOffset": self.batches[-1].last_offset + 1 if self.batches else int(logs[-1].stem) if logs else 0,
            "sha256": self.digest.hexdigest(),
            "errors": self.errors,
        }

    def read_segment(self, log):
        data, base, position = log.read_bytes(), int(log.stem), 0
        by_position = {}
        while position < len(data):
            try:
                batch = Batch(data, position)
            except (struct.error, ValueError) as error:
                self.complain(log.name, f"no whole batch at {position}: {error}")
                break
            self.check_batch(log, base, batch)
            by_position[position] = batch
            self.batches.append(batch)
            position = batch.end
        self.check_index(log.with_suffix(".index"), base, by_position)
        self.check_time_index(log.with_suffix(".timeindex"), base, list(by_position.values()))

    def check_batch(self, log, base, batch):
        where = f"batch at {batch.position} (offset {batch.base_offset})"
        for problem in batch.problems():
            self.complain(log.name, f"{where}: {problem}")
        if batch.base_offset < base:
            self.complain(log.name, f"{where} lies below the segment's name")
        if self.batches:
            before = self.batches[-1]
            if batch.base_offset <= before.last_offset:
                self.complain(log.name, f"{where} does not lie behind offset {before.last_offset}")
            if batch.leader_epoch < before.leader_epoch:
                self.complain(log.name, f"{where} has leader epoch {batch.leader_epoch} after {before.leader_epoch}")
        self.codecs.add(batch.codec())
        previous, newest = batch.base_offset - 1, -1
        try:
            for offset, timestamp, key, value, headers in batch.records():
                if not previous < offset <= batch.last_offset:
                    self.complain(log.name, f"{where}: record of offset {offset} after {previous}")
                previous, newest = offset, max(newest, timestamp)
                self.records += 1
                self.note(offset, timestamp, key, value, headers)
        except Exception as error:  # a codec's errors are of its own kinds
            self.complain(log.name, f"{where}: {error}")
            return
        if batch.count > 0 and not batch.attributes & LOG_APPEND_TIME and newest != batch.max_timestamp:
            self.complain(log.name, f"{where}: the newest timestamp is {newest}, its head says {batch.max_timestamp}")

    def note(self, offset, timestamp, key, value, headers):
        def text(data):
            return "-" if data is None else data.hex()

        parts = [str(offset), str(timestamp), text(key), text(value)] + [f"{text(name)}={text(held)}" for name, held in headers]
        self.digest.update((" ".join(parts) + "\n").encode())

    def check_index(self, file, base, by_position):
        """(u32 relative offset, u32 position): a batch begins at the position, and the offset is its last."""
        before = (-1, -1)
        for entry in self.entries(file, ">Ii"):
            offset, position = base + entry[0], entry[1]
            batch = by_position.get(position)
            if batch is None:
                self.complain(file.name, f"no batch begins at position {position}")
            elif batch.last_offset != offset:
                self.complain(file.name, f"position {position} is of the batch that ends at {batch.last_offset}, not {offset}")
            if (offset, position) <= before or offset <= before[0] or position <= before[1]:
                self.complain(file.name, f"entry {(offset, position)} after {before}")
            before = (offset, position)

    def check_time_index(self, file, base, batches):
        """(u64 timestamp, u32 relative offset): the highest timestamp so far, and an offset of the batch that has it."""
        before = -1
        for timestamp, relative in self.entries(file, ">qI"):
            offset = base + relative
            batch = next((batch for batch in batches if batch.last_offset >= offset), None)
            if batch is None or offset < batch.base_offset:
                self.complain(file.name, f"offset {offset} is in no batch")
            elif batch.max_timestamp != timestamp:
                self.complain(file.name, f"offset {offset} has timestamp {timestamp}, its batch {batch.max_timestamp}")
            elif any(earlier.max_timestamp > timestamp for earlier in batches if earlier.last_offset <= offset):
                self.complain(file.name, f"a batch before offset {offset} is newer than {timestamp}")
            if timestamp <= before:
                self.complain(file.name, f"timestamp {timestamp} after {before}")
            before = timestamp

    def entries(self, file, layout):
        if not file.exists():
            self.complain(file.name, "is missing")
            return
        data, entry = file.read_bytes(), struct.Struct(layout)
        if len(data) % entry.size != 0:
            self.complain(file.name, f"has {len(data)} bytes, no multiple of {entry.size}")
        yield from entry.iter_unpack(data[: len(data) // entry.size * entry.size])

    def check_snapshot(self, file):
        """int16 version, u32 CRC of what follows, int32 count, then the newest batch of each producer."""
        data = file.read_bytes()
        version, crc, count = struct.unpack_from(">hIi", data)
        if version != 1:
            self.complain(file.name, f"version {version}")
        if crc32c(data[6:]) != crc:
            self.complain(file.name, "the CRC does not match")
        entry = struct.Struct(">qhiqiqiq")
        newest = self.newest_batches(int(file.stem))
        for index in range(count):
            producer_id, epoch, sequence, offset, delta, timestamp, coordinator, transaction = entry.unpack_from(data, 10 + index * entry.size)
            batch = newest.get(producer_id)
            if batch is None:
                continue  # its records are deleted: only the snapshot still knows of it
            expected = (batch.producer_epoch, batch.last_sequence, batch.last_offset, -1, -1)
            if (epoch, sequence, offset, coordinator, transaction) != expected:
                self.complain(file.name, f"producer {producer_id} is {(epoch, sequence, offset)}, its newest batch {expected[:3]}")
            # Where a segment ends within one append, what the log has of the append counts as one batch with the time of all of it.
            if delta < batch.last_offset_delta or timestamp < batch.max_timestamp:
                self.complain(file.name, f"producer {producer_id}: delta {delta} and time {timestamp} are below those of its newest batch")
        known = {entry.unpack_from(data, 10 + index * entry.size)[0] for index in range(count)}
        for producer_id in newest.keys() - known:
            self.complain(file.name, f"producer {producer_id} is missing")

    def newest_batches(self, end):
        newest = {}
        for batch in self.batches:
            if batch.producer_id >= 0 and batch.last_offset < end and not batch.attributes & CONTROL:
                newest[batch.producer_id] = batch
        return newest

    def check_epochs(self, file):
        lines = file.read_text().split("\n")
        entries = [tuple(map(int, line.split(" "))) for line in lines[2:] if line]
        if lines[0] != "0" or int(lines[1]) != len(entries):
            self.complain(file.name, f"begins with {lines[:2]} and has {len(entries)} entries")
        if entries != sorted(set(entries)) or len({epoch for epoch, _ in entries}) != len(entries):
            self.complain(file.name, f"entries do not rise: {entries}")
        for batch in self.batches:
            if batch.last_offset < self.log_start_offset:
                continue  # epochs of deleted records are forgotten with them
            offset = max(batch.base_offset, self.log_start_offset)
            epoch = max((entry for entry in entries if entry[1] <= offset), default=None)
            if epoch is None or epoch[0] != batch.leader_epoch:
                self.complain(file.name, f"says epoch {epoch} for offset {offset}, which has {batch.leader_epoch}")


def check_checkpoint(file):
    """"0", a count, then `topic partition offset` a line. Gives the offsets by folder name."""
    lines = file.read_text().split("\n")
    entries = [line.split(" ") for line in lines[2:] if line]
    if lines[0] != "0" or int(lines[1]) != len(entries):
        raise ValueError(f"{file.name} begins with {lines[:2]} and has {len(entries)} entries")
    return {f"{topic}-{partition}": int(offset) for topic, partition, offset in entries}


def main(data_dir):
    root = Path(data_dir)
    recovery_points = check_checkpoint(root / "recovery-point-offset-checkpoint")
    start_offsets = check_checkpoint(root / "log-start-offset-checkpoint")
    failed = False
    for folder in sorted(path for path in root.iterdir() if re.fullmatch(r".+-\d+", path.name)):
        reader = PartitionReader(folder, start_offsets.get(folder.name, 0))
        report = reader.read()
        if recovery_points.get(folder.name, 0) > report["endOffset"]:
            reader.complain("recovery point", f"{recovery_points[folder.name]} lies behind the end {report['endOffset']}")
        failed = failed or bool(reader.errors)
        print(json.dumps(report))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
