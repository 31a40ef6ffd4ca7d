import java.util.Locale;
import org.apache.kafka.common.utils.AppInfoParser;

/** One job of the benchmark with Apache Kafka's Java client; ../job.mjs and ../jobs say what each measures. Arguments: name=value; the result is a line of JSON. */
public final class KafkaJavaClient {
  private KafkaJavaClient() {}

  public static void main(String[] args) throws Exception {
    Locale.setDefault(Locale.ROOT);
    var job = new Job(args);
    endAtDeadline(job);
    var figures =
        switch (job.text("kind")) {
          case "produce" -> Sending.produce(job);
          case "fill" -> Sending.fill(job);
          case "awaited" -> Sending.awaited(job);
          case "first-record" -> Sending.firstRecord(job);
          case "consume" -> Reading.consume(job);
          case "fan-out" -> Reading.fanOut(job);
          case "latency" -> Pacing.latency(job);
          case "catch-up" -> Pacing.catchUp(job);
          default -> throw new IllegalArgumentException(job.text("kind"));
        };
    System.out.println("{" + figures + ",\"version\":\"" + AppInfoParser.getVersion() + "\"}");
    System.exit(0);
  }

  private static void endAtDeadline(Job job) {
    var thread = new Thread(() -> {
      try {
        Thread.sleep((long) (job.decimal("deadlineSeconds") * 1000));
      } catch (InterruptedException error) {
        return;
      }
      System.err.println("the job took longer than " + job.text("deadlineSeconds") + " s");
      Runtime.getRuntime().halt(1);
    });
    thread.setDaemon(true);
    thread.start();
  }
}
