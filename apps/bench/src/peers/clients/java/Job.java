import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What is to be done, and clients with the settings of the benchmark. */
final class Job {
  private static final int MOST_AT_ONCE = 5000;

  private final Properties job = new Properties();
  final String topic;
  final int count;
  final int valueBytes;

  Job(String[] args) {
    for (var arg : args) {
      var at = arg.indexOf('=');
      job.setProperty(arg.substring(0, at), arg.substring(at + 1));
    }
    topic = text("topic");
    count = number("count");
    valueBytes = number("valueBytes");
  }

  String text(String name) {
    return job.getProperty(name);
  }

  int number(String name) {
    return Integer.parseInt(text(name));
  }

  double decimal(String name) {
    return Double.parseDouble(text(name));
  }

  /** In steps, as Apache Kafka makes no more than 10,000 changes of its metadata for one request. */
  void createTopic() throws Exception {
    var partitions = number("partitions");
    try (var admin = Admin.create(settings())) {
      admin.createTopics(List.of(new NewTopic(topic, Math.min(partitions, MOST_AT_ONCE), (short) 1))).all().get();
      for (var there = MOST_AT_ONCE; there < partitions; there += MOST_AT_ONCE) {
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(Math.min(partitions, there + MOST_AT_ONCE)))).all().get();
      }
    }
  }

  KafkaProducer<String, String> fastProducer() {
    return producer("linger.ms", "5", "batch.size", "131072", "buffer.memory", "67108864");
  }

  KafkaProducer<String, String> promptProducer() {
    return producer("linger.ms", "0");
  }

  private KafkaProducer<String, String> producer(String... pairs) {
    var settings = settings(pairs);
    settings.putAll(Map.of("acks", "all", "compression.type", text("compression")));
    return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
  }

  /** Reads every partition from its beginning, without a group. */
  KafkaConsumer<String, String> reader() {
    var consumer = consumer();
    List<TopicPartition> all = new ArrayList<>();
    for (var partition = 0; partition < number("partitions"); partition++) all.add(new TopicPartition(topic, partition));
    consumer.assign(all);
    consumer.seekToBeginning(all);
    return consumer;
  }

  /** Reads as the only member of a group. */
  KafkaConsumer<String, String> member(String group) {
    var consumer = consumer("group.id", group, "auto.offset.reset", "earliest");
    consumer.subscribe(List.of(topic));
    return consumer;
  }

  private KafkaConsumer<String, String> consumer(String... pairs) {
    var settings = settings(pairs);
    settings.putAll(Map.of("enable.auto.commit", "false", "fetch.max.wait.ms", "500", "max.poll.records", "5000", "max.partition.fetch.bytes", "4194304"));
    return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
  }

  private Properties settings(String... pairs) {
    var settings = new Properties();
    settings.put("bootstrap.servers", text("address"));
    settings.put("client.id", "bench-" + UUID.randomUUID());
    for (var index = 0; index < pairs.length; index += 2) settings.put(pairs[index], pairs[index + 1]);
    return settings;
  }

  static double secondsSince(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  static String percentiles(double[] times) {
    Arrays.sort(times);
    return "\"p50\":" + at(times, 0.5) + ",\"p99\":" + at(times, 0.99) + ",\"p999\":" + at(times, 0.999) + ",\"max\":" + times[times.length - 1];
  }

  private static double at(double[] sorted, double fraction) {
    return sorted[Math.min(sorted.length - 1, (int) (fraction * sorted.length))];
  }
}
