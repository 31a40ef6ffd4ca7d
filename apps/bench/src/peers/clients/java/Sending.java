import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What is measured of sending. */
final class Sending {
  private static final int MOST_AWAITED = 50_000;

  private Sending() {}

  static String produce(Job job) throws Exception {
    var asked = System.nanoTime();
    job.createTopic();
    var createMs = Job.secondsSince(asked) * 1000;
    var workload = new Workload(job.count, job.valueBytes);
    try (var producer = job.fastProducer()) {
      sendAll(job, producer, workload, job.decimal("warmUpSeconds"), Integer.MAX_VALUE);
      var processor = new Processor(job);
      var begun = System.nanoTime();
      var sent = sendAll(job, producer, workload, job.decimal("seconds"), Integer.MAX_VALUE);
      var rate = sent / Job.secondsSince(begun);
      return "\"rate\":" + rate + ",\"count\":" + sent + ",\"createMs\":" + createMs + "," + processor.of(sent) + "," + Processor.memory(job);
    }
  }

  static String fill(Job job) throws Exception {
    job.createTopic();
    try (var producer = job.fastProducer()) {
      return "\"count\":" + sendAll(job, producer, new Workload(job.count, job.valueBytes), job.decimal("seconds"), job.number("fillRecords"));
    }
  }

  /** Sends until the time is used up, from the beginning again when there are no more records, or until the limit, and waits for every acknowledgement. */
  static int sendAll(Job job, KafkaProducer<String, String> producer, Workload workload, double limitSeconds, int limitRecords) throws Exception {
    var window = new Semaphore(job.number("windowRecords"));
    var failure = new AtomicReference<Exception>();
    var begun = System.nanoTime();
    var sent = 0;
    for (; sent < limitRecords && ((sent & 0xff) != 0 || Job.secondsSince(begun) < limitSeconds); sent++) {
      window.acquire();
      var at = sent % workload.keys.length;
      producer.send(new ProducerRecord<>(job.topic, workload.keys[at], workload.values[at]), (metadata, error) -> {
        if (error != null) failure.compareAndSet(null, error);
        window.release();
      });
    }
    window.acquire(job.number("windowRecords"));
    if (failure.get() != null) throw failure.get();
    return sent;
  }

  static String awaited(Job job) throws Exception {
    job.createTopic();
    var workload = new Workload(MOST_AWAITED, job.valueBytes);
    try (var producer = job.promptProducer()) {
      sendEach(job, producer, workload, job.decimal("warmUpSeconds"));
      var begun = System.nanoTime();
      var times = sendEach(job, producer, workload, job.decimal("seconds"));
      var rate = times.size() / Job.secondsSince(begun);
      return "\"rate\":" + rate + ",\"count\":" + times.size() + "," + Job.percentiles(times.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  private static List<Double> sendEach(Job job, KafkaProducer<String, String> producer, Workload workload, double limitSeconds) throws Exception {
    var begun = System.nanoTime();
    List<Double> times = new ArrayList<>();
    for (var at = 0; at < MOST_AWAITED && Job.secondsSince(begun) < limitSeconds; at++) {
      var before = System.nanoTime();
      producer.send(new ProducerRecord<>(job.topic, workload.keys[at], workload.values[at])).get();
      times.add((System.nanoTime() - before) / 1e6);
    }
    return times;
  }

  static String firstRecord(Job job) throws Exception {
    var begun = System.nanoTime();
    job.createTopic();
    try (var producer = job.promptProducer();
        var consumer = job.reader()) {
      producer.send(new ProducerRecord<>(job.topic, "first", "record")).get();
      var acknowledged = Job.secondsSince(begun) * 1000;
      while (consumer.poll(Duration.ofMillis(100)).isEmpty());
      return "\"count\":1,\"acknowledgedMs\":" + acknowledged + ",\"readMs\":" + Job.secondsSince(begun) * 1000;
    }
  }
}
