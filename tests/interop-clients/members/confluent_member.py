"""A member of a group with confluent-kafka, which is librdkafka, of either protocol."""

import sys

from confluent_kafka import Consumer, KafkaException

from member import ADDRESS, SETTINGS, is_leaving, tell

MAX_BATCH = 200

config = {
    "bootstrap.servers": ADDRESS,
    "client.id": "confluent",
    "group.id": SETTINGS["groupId"],
    "enable.auto.commit": False,
    "auto.offset.reset": "earliest",
    "fetch.wait.max.ms": 100,
    "reconnect.backoff.max.ms": 500,
    "max.poll.interval.ms": SETTINGS["rebalanceTimeoutMs"],
}
if SETTINGS["protocol"] == "consumer":
    config["group.protocol"] = "consumer"
else:
    config["session.timeout.ms"] = SETTINGS["sessionTimeoutMs"]
    config["heartbeat.interval.ms"] = SETTINGS["heartbeatIntervalMs"]
    config["partition.assignment.strategy"] = "roundrobin"

owned = set()


def on_assign(_consumer, partitions):
    owned.update(one.partition for one in partitions)
    tell(owns=sorted(owned), memberId=consumer.memberid())


def on_revoke(_consumer, partitions):
    owned.difference_update(one.partition for one in partitions)
    tell(owns=sorted(owned), memberId=consumer.memberid())


consumer = Consumer(config)
consumer.subscribe([SETTINGS["topic"]], on_assign=on_assign, on_revoke=on_revoke, on_lost=on_revoke)
while not is_leaving():
    worked = {}
    message = consumer.poll(0.1)
    while message is not None:
        if message.error() is None:
            worked.setdefault(message.partition(), []).append(message.offset())
        if sum(map(len, worked.values())) >= MAX_BATCH:
            break
        message = consumer.poll(0)
    # A poll may have taken a partition away: what was read of it before is somebody else's to work on.
    kept = {partition: offsets for partition, offsets in worked.items() if partition in owned}
    for partition, offsets in kept.items():
        tell(partition=partition, worked=offsets)
    if kept:
        try:
            consumer.commit(asynchronous=False)
        except KafkaException as error:  # it came too late: another member works on it now
            print(f"{error!r}", file=sys.stderr, flush=True)
consumer.close()
