"""confluent-kafka, which is librdkafka, driven by NDJSON."""

import sys
import time

import confluent_kafka
from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from ndjson import decode, encode, serve

ADDRESS = sys.argv[1]
CONSUME_DEADLINE_SECONDS = 20


def create_topic(request):
    admin = AdminClient({"bootstrap.servers": ADDRESS})
    for future in admin.create_topics([NewTopic(request["topic"], request["partitions"], 1)]).values():
        future.result(timeout=10)
    return {}


def list_topics(_request):
    return {"topics": sorted(AdminClient({"bootstrap.servers": ADDRESS}).list_topics(timeout=10).topics)}


def produce(request):
    producer = Producer(
        {
            "bootstrap.servers": ADDRESS,
            "compression.codec": request["codec"],
            "linger.ms": 50,
            "enable.idempotence": bool(request.get("idempotent")),
            "message.timeout.ms": 15000,
        }
    )
    offsets = {}

    def delivered(index):
        def report(error, message):
            offsets[index] = str(error) if error else message.offset()

        return report

    for index, record in enumerate(request["records"]):
        producer.produce(
            request["topic"],
            value=decode(record["value"]),
            key=decode(record["key"]),
            partition=request["partition"],
            on_delivery=delivered(index),
            timestamp=record["timestamp"],
            headers=[(name, decode(value)) for name, value in record["headers"]],
        )
    producer.flush(15)
    failed = [offset for offset in offsets.values() if isinstance(offset, str)]
    if failed or len(offsets) != len(request["records"]):
        raise RuntimeError(f"delivered {len(offsets)} of {len(request['records'])}: {failed}")
    return {"offsets": [offsets[index] for index in range(len(request["records"]))]}


def consume(request):
    consumer = Consumer(
        {
            "bootstrap.servers": ADDRESS,
            "group.id": "unused",
            "enable.auto.commit": False,
            "auto.offset.reset": "error",
        }
    )
    try:
        consumer.assign(start(consumer, request))
        return {"records": read(consumer, request["count"])}
    finally:
        consumer.close()


def consume_in_group(request):
    """Reads on where the group is, at least `count` records, and commits all of them."""
    config = {
        "bootstrap.servers": ADDRESS,
        "group.id": request["groupId"],
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
    }
    if request["protocol"] == "consumer":
        config["group.protocol"] = "consumer"
    consumer = Consumer(config)
    try:
        consumer.subscribe([request["topic"]])
        records = read(consumer, request["count"])
        consumer.commit(asynchronous=False)
        return {"records": records}
    finally:
        consumer.close()


def start(consumer, request):
    position = request["from"]
    if isinstance(position, dict):
        wanted = [TopicPartition(request["topic"], partition, position["timestamp"]) for partition in request["partitions"]]
        return consumer.offsets_for_times(wanted, timeout=10)
    offset = OFFSET_BEGINNING if position == "start" else OFFSET_END
    return [TopicPartition(request["topic"], partition, offset) for partition in request["partitions"]]


def read(consumer, count):
    records = []
    deadline = time.monotonic() + CONSUME_DEADLINE_SECONDS
    while len(records) < count and time.monotonic() < deadline:
        message = consumer.poll(0.2)
        if message is None:
            continue
        if message.error() is not None:
            raise KafkaException(message.error())
        records.append(described(message))
    return records


def described(message):
    return {
        "partition": message.partition(),
        "offset": message.offset(),
        "timestamp": message.timestamp()[1],
        "key": encode(message.key()),
        "value": encode(message.value()),
        "headers": [[name, encode(value)] for name, value in message.headers() or []],
    }


if __name__ == "__main__":
    version = confluent_kafka.version()
    operations = {
        "createTopic": create_topic,
        "listTopics": list_topics,
        "produce": produce,
        "consume": consume,
        "consumeInGroup": consume_in_group,
    }
    serve({"version": version if isinstance(version, str) else version[0]}, operations)
