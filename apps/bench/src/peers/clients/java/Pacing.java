import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** What is measured with a producer that sends so many records a second. */
final class Pacing {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int KEYS = 997;
  /** What stands before the filler of a value: its place, and when it was sent. */
  private static final int STAMP_CHARACTERS = 28;
  private static final double FILL_SECONDS = 5;
  /** A reader has caught up when it is so far behind. */
  private static final double BEHIND_SECONDS = 0.1;
  private static final int MOST_PACED_SECONDS = 30;

  private final Job job;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final AtomicInteger sent = new AtomicInteger();
  private volatile boolean isOver;

  private Pacing(Job job) {
    this.job = job;
  }

  static String latency(Job job) throws Exception {
    job.createTopic();
    return new Pacing(job).measureLatency();
  }

  private String measureLatency() throws Exception {
    var skipped = (int) Math.round(job.decimal("rate") * job.decimal("warmUpSeconds"));
    var total = skipped + (int) Math.round(job.decimal("rate") * job.decimal("seconds"));
    var latencies = new double[total - skipped];
    var isReady = new Semaphore(0);
    var reader = started(() -> readStamped(total, latencies, isReady));
    try (var producer = job.promptProducer()) {
      producer.send(new ProducerRecord<>(job.topic, "probe", "probe")).get();
      isReady.acquire();
      pace(producer, total);
      reader.join();
    }
    if (failure.get() != null) throw new IllegalStateException(failure.get());
    return "\"count\":" + latencies.length + "," + Job.percentiles(latencies);
  }

  private void readStamped(int total, double[] latencies, Semaphore isReady) {
    var skipped = total - latencies.length;
    try (var consumer = job.reader()) {
      for (var seen = 0; seen < total; ) {
        var records = consumer.poll(POLL);
        var now = System.nanoTime();
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
    } finally {
      isReady.release();
    }
  }

  static String catchUp(Job job) throws Exception {
    job.createTopic();
    return new Pacing(job).measureCatchUp();
  }

  private String measureCatchUp() throws Exception {
    var rate = job.decimal("rate");
    try (var fast = job.fastProducer();
        var producer = job.promptProducer();
        var consumer = job.reader()) {
      var backlog = Sending.sendAll(job, fast, new Workload(job.count, job.valueBytes), FILL_SECONDS, job.number("fillRecords"));
      var pacing = started(() -> pace(producer, (int) (rate * MOST_PACED_SECONDS)));
      var read = 0L;
      long firstAt = 0;
      while (read < backlog + sent.get() - rate * BEHIND_SECONDS) {
        read += consumer.poll(POLL).count();
        if (firstAt == 0 && read > 0) firstAt = System.nanoTime();
      }
      var measured = read / Job.secondsSince(firstAt);
      isOver = true;
      pacing.join();
      if (failure.get() != null) throw new IllegalStateException(failure.get());
      return "\"rate\":" + measured + ",\"count\":" + read;
    }
  }

  private void pace(KafkaProducer<String, String> producer, int total) throws InterruptedException {
    var filler = "x".repeat(job.valueBytes - STAMP_CHARACTERS);
    var begun = System.nanoTime();
    while (sent.get() < total && !isOver) {
      var due = Math.min(total, (int) (Job.secondsSince(begun) * job.decimal("rate")));
      for (var at = sent.get(); at < due; at = sent.incrementAndGet()) {
        producer.send(new ProducerRecord<>(job.topic, "key-" + at % KEYS, at + " " + System.nanoTime() + " " + filler), (metadata, error) -> {
          if (error != null) failure.compareAndSet(null, error);
        });
      }
      Thread.sleep(1);
    }
    producer.flush();
  }

  private interface Work {
    void run() throws Exception;
  }

  private Thread started(Work work) {
    var thread = new Thread(() -> {
      try {
        work.run();
      } catch (Throwable error) {
        failure.compareAndSet(null, error);
      }
    });
    thread.start();
    return thread;
  }
}
