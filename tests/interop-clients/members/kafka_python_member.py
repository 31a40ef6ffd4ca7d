"""A member of a classic group with kafka-python."""

import sys

from kafka import ConsumerRebalanceListener, KafkaConsumer
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.errors import KafkaError

from member import ADDRESS, SETTINGS, is_leaving, tell


class Listener(ConsumerRebalanceListener):
    def on_partitions_revoked(self, revoked):
        tell(owns=[])

    def on_partitions_assigned(self, assigned):
        # There is no public way to it.
        member_id = consumer._coordinator._generation.member_id
        tell(owns=[partition.partition for partition in assigned], memberId=member_id)


consumer = KafkaConsumer(
    bootstrap_servers=ADDRESS,
    client_id="kafka-python",
    group_id=SETTINGS["groupId"],
    enable_auto_commit=False,
    auto_offset_reset="earliest",
    session_timeout_ms=SETTINGS["sessionTimeoutMs"],
    heartbeat_interval_ms=SETTINGS["heartbeatIntervalMs"],
    max_poll_interval_ms=SETTINGS["rebalanceTimeoutMs"],
    fetch_max_wait_ms=100,
    retry_backoff_ms=100,
    reconnect_backoff_max_ms=500,
    partition_assignment_strategy=[RoundRobinPartitionAssignor],
)
consumer.subscribe([SETTINGS["topic"]], listener=Listener())
while not is_leaving():
    try:
        batches = consumer.poll(timeout_ms=100, max_records=200)
        for partition, records in batches.items():
            tell(partition=partition.partition, worked=[record.offset for record in records])
        if batches:
            consumer.commit()
    except KafkaError as error:  # a commit that came too late: another member works on it now
        print(f"{error!r}", file=sys.stderr, flush=True)
consumer.close()
