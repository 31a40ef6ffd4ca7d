import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.AppInfoParser;

/** One job of the benchmark with Apache Kafka's Java client; job.mjs says what each measures. Arguments: name=value; the result is a line of JSON. */
public final class KafkaJavaClient {
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  private static final long DEADLINE_NANOS = 60_000_000_000L;

  private final Properties job;
  private final String topic;
  private final int count;
  private final int valueBytes;
  private final int partitions;
  private final double seconds;
  private final double warmUpSeconds;

  private KafkaJavaClient(Properties job) {
    this.job = job;
    topic = job.getProperty("topic");
    count = number("count");
    valueBytes = number("valueBytes");
    partitions = number("partitions");
    seconds = Double.parseDouble(job.getProperty("seconds"));
    warmUpSeconds = Double.parseDouble(job.getProperty("warmUpSeconds"));
  }

  public static void main(String[] args) throws Exception {
    var job = new Properties();
    for (var arg : args) {
      var at = arg.indexOf('=');
      job.setProperty(arg.substring(0, at), arg.substring(at + 1));
    }
    var client = new KafkaJavaClient(job);
    var figures =
        switch (job.getProperty("kind")) {
          case "produce" -> client.produce();
          case "fill" -> client.fill();
          case "consume" -> client.consume();
          case "latency" -> client.latency();
          default -> throw new IllegalArgumentException(job.getProperty("kind"));
        };
    System.out.println("{" + figures + ",\"version\":\"" + AppInfoParser.getVersion() + "\"}");
  }

  private int number(String name) {
    return Integer.parseInt(job.getProperty(name));
  }

  private String produce() throws Exception {
    createTopic();
    var workload = new Workload(count, valueBytes);
    try (var producer = new KafkaProducer<String, String>(throughputSettings())) {
      sendAll(producer, workload, warmUpSeconds);
      var begun = System.nanoTime();
      var sent = sendAll(producer, workload, seconds);
      return "\"rate\":" + sent / secondsSince(begun) + ",\"count\":" + sent;
    }
  }

  private String fill() throws Exception {
    createTopic();
    try (var producer = new KafkaProducer<String, String>(throughputSettings())) {
      var sent = sendAll(producer, new Workload(count, valueBytes), seconds);
      return "\"count\":" + sent;
    }
  }

  /** Sends until the records or the time are used up, and waits for every acknowledgement. */
  private int sendAll(KafkaProducer<String, String> producer, Workload workload, double limitSeconds) throws Exception {
    var window = new Semaphore(number("windowRecords"));
    var failure = new AtomicReference<Exception>();
    var begun = System.nanoTime();
    var limitNanos = (long) (limitSeconds * 1e9);
    var sent = 0;
    for (; sent < count && ((sent & 0xff) != 0 || System.nanoTime() - begun < limitNanos); sent++) {
      window.acquire();
      producer.send(new ProducerRecord<>(topic, workload.keys[sent], workload.values[sent]), (metadata, error) -> {
        if (error != null) failure.compareAndSet(null, error);
        window.release();
      });
    }
    window.acquire(number("windowRecords"));
    if (failure.get() != null) throw failure.get();
    return sent;
  }

  private String consume() {
    var read = 0L;
    var characters = 0L;
    var warmed = 0L;
    long firstAt = 0;
    long measuredFrom = 0;
    var warmUpRecords = count / 3;
    try (var consumer = consumer()) {
      consumer.seekToBeginning(consumer.assignment());
      var deadline = System.nanoTime() + DEADLINE_NANOS;
      while (read < count) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          read++;
          characters += record.key().length() + record.value().length();
        }
        var now = System.nanoTime();
        if (now > deadline) throw new IllegalStateException("read " + read + " of " + count);
        if (read == 0) continue;
        if (firstAt == 0) firstAt = now;
        if (measuredFrom == 0) {
          if (read < warmUpRecords && now - firstAt < warmUpSeconds * 1e9) continue;
          measuredFrom = now;
          warmed = read;
        } else if (now - measuredFrom > seconds * 1e9) break;
      }
      var measured = read - warmed;
      if (characters != read * (12 + valueBytes)) throw new IllegalStateException("read " + characters + " characters of " + read + " records");
      return "\"rate\":" + measured / secondsSince(measuredFrom) + ",\"count\":" + measured;
    }
  }

  private String latency() throws Exception {
    createTopic();
    var rate = number("rate");
    var skipped = (int) (rate * warmUpSeconds);
    var total = skipped + (int) (rate * seconds);
    var latencies = new double[total - skipped];
    var failure = new AtomicReference<Throwable>();
    var isReady = new Semaphore(0);
    var reader = new Thread(() -> {
      try {
        read(total, skipped, latencies, isReady);
      } catch (Throwable error) {
        failure.set(error);
        isReady.release();
      }
    });
    reader.start();
    try (var producer = new KafkaProducer<String, String>(latencySettings())) {
      producer.send(new ProducerRecord<>(topic, "probe", "probe")).get();
      isReady.acquire();
      var filler = "x".repeat(valueBytes - 28);
      var begun = System.nanoTime();
      for (var sent = 0; sent < total; ) {
        var due = Math.min(total, (int) ((System.nanoTime() - begun) / 1e9 * rate));
        for (; sent < due; sent++) {
          producer.send(new ProducerRecord<>(topic, "key-" + sent % 997, sent + " " + System.nanoTime() + " " + filler), (metadata, error) -> {
            if (error != null) failure.compareAndSet(null, error);
          });
        }
        Thread.sleep(1);
      }
      producer.flush();
      reader.join();
    }
    if (failure.get() != null) throw new IllegalStateException(failure.get());
    Arrays.sort(latencies);
    return "\"p50\":" + percentile(latencies, 0.5) + ",\"p99\":" + percentile(latencies, 0.99) + ",\"count\":" + latencies.length;
  }

  private void read(int total, int skipped, double[] latencies, Semaphore isReady) {
    try (var consumer = consumer()) {
      consumer.seekToBeginning(consumer.assignment());
      var deadline = System.nanoTime() + DEADLINE_NANOS;
      for (var seen = 0; seen < total; ) {
        var records = consumer.poll(Duration.ofMillis(100));
        var now = System.nanoTime();
        if (now > deadline) throw new IllegalStateException("read " + seen + " of " + total);
        for (var record : records) {
          if (record.value().equals("probe")) {
            isReady.release();
            continue;
          }
          var parts = record.value().split(" ", 3);
          var sequence = Integer.parseInt(parts[0]);
          if (sequence >= skipped) latencies[sequence - skipped] = (now - Long.parseLong(parts[1])) / 1e6;
          seen++;
        }
      }
    }
  }

  /** Reads every partition without a group. */
  private KafkaConsumer<String, String> consumer() {
    var settings = settings("enable.auto.commit", "false", "fetch.max.wait.ms", "500", "max.poll.records", "5000", "max.partition.fetch.bytes", "4194304");
    var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    List<TopicPartition> all = new ArrayList<>();
    for (var partition = 0; partition < partitions; partition++) all.add(new TopicPartition(topic, partition));
    consumer.assign(all);
    return consumer;
  }

  private Properties throughputSettings() {
    return producerSettings("linger.ms", "5", "batch.size", "131072", "buffer.memory", "67108864");
  }

  private Properties latencySettings() {
    return producerSettings("linger.ms", "0");
  }

  private Properties producerSettings(String... pairs) {
    var settings = settings(pairs);
    settings.putAll(Map.of("acks", "all", "key.serializer", StringSerializer.class.getName(), "value.serializer", StringSerializer.class.getName()));
    return settings;
  }

  private Properties settings(String... pairs) {
    var settings = new Properties();
    settings.put("bootstrap.servers", job.getProperty("address"));
    settings.put("client.id", "bench-" + UUID.randomUUID());
    for (var index = 0; index < pairs.length; index += 2) settings.put(pairs[index], pairs[index + 1]);
    return settings;
  }

  private void createTopic() throws Exception {
    try (var admin = Admin.create(settings())) {
      admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
    }
  }

  private static double secondsSince(long begun) {
    return (System.nanoTime() - begun) / 1e9;
  }

  private static double percentile(double[] sorted, double fraction) {
    return sorted[Math.min(sorted.length - 1, (int) (fraction * sorted.length))];
  }

  /** The records of job.mjs: 12-byte keys, 65,536 different ones, and distinct values. */
  private static final class Workload {
    final String[] keys;
    final String[] values;

    Workload(int count, int valueBytes) {
      keys = new String[count];
      values = new String[count];
      var filler = new StringBuilder();
      for (var i = 0; i < valueBytes; i++) filler.append(ALPHABET.charAt(i * 31 % ALPHABET.length()));
      for (var i = 0; i < count; i++) {
        keys[i] = String.format("key-%08d", (i * 0x9e3779b1) >>> 16);
        values[i] = String.format("%010d", i) + filler.substring(10);
      }
    }
  }
}
