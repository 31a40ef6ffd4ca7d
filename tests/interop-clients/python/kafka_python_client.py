"""kafka-python, of any version, driven by NDJSON."""

import sys
import time

import kafka
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from ndjson import decode, encode, serve

ADDRESS = sys.argv[1]
CONSUME_DEADLINE_SECONDS = 20


def create_topic(request):
    admin = KafkaAdminClient(bootstrap_servers=ADDRESS)
    try:
        admin.create_topics([NewTopic(request["topic"], request["partitions"], 1)])
    finally:
        admin.close()
    return {}


def list_topics(_request):
    consumer = KafkaConsumer(bootstrap_servers=ADDRESS)
    try:
        return {"topics": sorted(consumer.topics())}
    finally:
        consumer.close()


def produce(request):
    codec = None if request["codec"] == "none" else request["codec"]
    options = {"enable_idempotence": True} if request.get("idempotent") else {}
    if not options and tuple(int(part) for part in kafka.__version__.split(".")[:2]) >= (2, 1):
        options = {"enable_idempotence": False}
    producer = KafkaProducer(bootstrap_servers=ADDRESS, acks="all", compression_type=codec, linger_ms=50, **options)
    try:
        sent = [
            producer.send(
                request["topic"],
                partition=request["partition"],
                key=decode(record["key"]),
                value=decode(record["value"]),
                headers=[(name, decode(value)) for name, value in record["headers"]],
                timestamp_ms=record["timestamp"],
            )
            for record in request["records"]
        ]
        producer.flush()
        return {"offsets": [future.get(timeout=10).offset for future in sent]}
    finally:
        producer.close()


def consume(request):
    partitions = [TopicPartition(request["topic"], partition) for partition in request["partitions"]]
    consumer = KafkaConsumer(bootstrap_servers=ADDRESS, group_id=None, enable_auto_commit=False)
    try:
        consumer.assign(partitions)
        start(consumer, partitions, request["from"])
        return {"records": read(consumer, request["count"])}
    finally:
        consumer.close()


def consume_in_group(request):
    """Reads on where the group is, at least `count` records, and commits all of them."""
    consumer = KafkaConsumer(
        request["topic"],
        bootstrap_servers=ADDRESS,
        group_id=request["groupId"],
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    try:
        records = read(consumer, request["count"])
        consumer.commit()
        return {"records": records}
    finally:
        consumer.close()


def start(consumer, partitions, position):
    if position == "start":
        consumer.seek_to_beginning(*partitions)
    elif position == "end":
        consumer.seek_to_end(*partitions)
    else:
        found = consumer.offsets_for_times({partition: position["timestamp"] for partition in partitions})
        for partition, offset in found.items():
            if offset is None:
                consumer.seek_to_end(partition)
            else:
                consumer.seek(partition, offset.offset)


def read(consumer, count):
    records = []
    deadline = time.monotonic() + CONSUME_DEADLINE_SECONDS
    while len(records) < count and time.monotonic() < deadline:
        for batch in consumer.poll(timeout_ms=200).values():
            records.extend(described(record) for record in batch)
    return records


def described(record):
    return {
        "partition": record.partition,
        "offset": record.offset,
        "timestamp": record.timestamp,
        "key": encode(record.key),
        "value": encode(record.value),
        "headers": [[name, encode(value)] for name, value in record.headers],
    }


if __name__ == "__main__":
    operations = {
        "createTopic": create_topic,
        "listTopics": list_topics,
        "produce": produce,
        "consume": consume,
        "consumeInGroup": consume_in_group,
    }
    serve({"version": kafka.__version__}, operations)
