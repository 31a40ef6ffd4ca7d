"""A send, then a consumer that begins at the earliest record. argv: address, topic."""

import sys

from kafka import KafkaConsumer, KafkaProducer

ADDRESS, TOPIC = sys.argv[1], sys.argv[2]

producer = KafkaProducer(bootstrap_servers=ADDRESS)
producer.send(TOPIC, b"test-data")
producer.flush()
consumer = KafkaConsumer(TOPIC, bootstrap_servers=ADDRESS, auto_offset_reset="earliest", consumer_timeout_ms=20000)
print([next(consumer).value])
