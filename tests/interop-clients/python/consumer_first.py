"""The two lines of the README for Python: a consumer in a thread, then a send. argv: address, topic."""

import sys
import threading

from kafka import KafkaConsumer, KafkaProducer

ADDRESS, TOPIC = sys.argv[1], sys.argv[2]
WAIT_SECONDS = 20
has_position = threading.Event()
received = []


def consume():
    consumer = KafkaConsumer(TOPIC, bootstrap_servers=ADDRESS)
    while not consumer.assignment():
        consumer.poll(timeout_ms=50)
    for partition in consumer.assignment():
        consumer.position(partition)
    has_position.set()
    for message in consumer:
        received.append(message.value)
        break
    consumer.close()


thread = threading.Thread(target=consume, daemon=True)
thread.start()
# Its default is to read what comes from now on: a record sent before it knows where that is would not be for it.
assert has_position.wait(WAIT_SECONDS), "the consumer found no partition"
producer = KafkaProducer(bootstrap_servers=ADDRESS)
producer.send(TOPIC, b"test-data")
producer.flush()
thread.join(WAIT_SECONDS)
print(received)
