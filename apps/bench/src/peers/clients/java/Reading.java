import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** What is measured of reading. */
final class Reading {
  private static final Duration POLL = Duration.ofMillis(100);

  private Reading() {}

  static String consume(Job job) throws Exception {
    var read = 0L;
    var characters = 0L;
    var warmed = 0L;
    long firstAt = 0;
    long measuredFrom = 0;
    var warmUpRecords = job.count / 3;
    Processor processor = null;
    try (var consumer = job.reader()) {
      while (read < job.count) {
        for (var record : consumer.poll(POLL)) {
          read++;
          characters += record.key().length() + record.value().length();
        }
        if (read == 0) continue;
        var now = System.nanoTime();
        if (firstAt == 0) firstAt = now;
        if (measuredFrom == 0) {
          if (read < warmUpRecords && now - firstAt < job.decimal("warmUpSeconds") * 1e9) continue;
          measuredFrom = now;
          warmed = read;
          processor = new Processor(job);
        } else if (now - measuredFrom > job.decimal("seconds") * 1e9) break;
      }
      var measured = read - warmed;
      var rate = measured / Job.secondsSince(measuredFrom);
      check(job, read, characters);
      return "\"rate\":" + rate + ",\"count\":" + measured + "," + processor.of(measured);
    }
  }

  /** Each group in a thread of its own, as this client wants it. */
  static String fanOut(Job job) throws Exception {
    var firstAt = new AtomicLong();
    var groups = job.number("clients");
    List<Callable<Void>> readers = new ArrayList<>();
    for (var group = 0; group < groups; group++) {
      var name = "group-" + ProcessHandle.current().pid() + "-" + group;
      readers.add(() -> {
        readAsGroup(job, name, firstAt);
        return null;
      });
    }
    var threads = Executors.newFixedThreadPool(groups);
    for (var done : threads.invokeAll(readers)) done.get();
    threads.shutdown();
    var total = (long) groups * job.count;
    return "\"rate\":" + total / Job.secondsSince(firstAt.get()) + ",\"count\":" + total;
  }

  private static void readAsGroup(Job job, String group, AtomicLong firstAt) {
    var read = 0L;
    var characters = 0L;
    try (var consumer = job.member(group)) {
      while (read < job.count) {
        for (var record : consumer.poll(POLL)) {
          if (read++ == 0) firstAt.compareAndSet(0, System.nanoTime());
          characters += record.key().length() + record.value().length();
        }
      }
    }
    check(job, read, characters);
  }

  private static void check(Job job, long read, long characters) {
    if (characters != read * (Workload.KEY_BYTES + job.valueBytes)) throw new IllegalStateException("read " + characters + " characters of " + read + " records");
  }
}
