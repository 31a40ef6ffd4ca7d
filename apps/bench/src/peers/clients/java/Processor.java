import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Processor time of this process and of the server, all their threads (Linux). */
final class Processor {
  private static final int USER_TICKS_AT = 11;
  private static final int SYSTEM_TICKS_AT = 12;
  private static final double TICKS_A_SECOND = 100;

  private final String server;
  private final double clientBefore;
  private final double serverBefore;

  Processor(Job job) throws IOException {
    server = job.text("serverPid");
    clientBefore = secondsOf("self");
    serverBefore = secondsOf(server);
  }

  /** Seconds for a million records, since it was made. */
  String of(long records) throws IOException {
    return "\"clientCpu\":" + (secondsOf("self") - clientBefore) * 1e6 / records + ",\"serverCpu\":" + (secondsOf(server) - serverBefore) * 1e6 / records;
  }

  /** The resident memory of the server. */
  static String memory(Job job) throws IOException {
    for (var line : Files.readAllLines(Path.of("/proc", job.text("serverPid"), "status"))) {
      if (line.startsWith("VmRSS:")) return "\"serverMegabytes\":" + Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6;
    }
    throw new IOException("no VmRSS");
  }

  private static double secondsOf(String pid) throws IOException {
    var text = Files.readString(Path.of("/proc", pid, "stat"));
    var fields = text.substring(text.lastIndexOf(") ") + 2).split(" ");
    return (Long.parseLong(fields[USER_TICKS_AT]) + Long.parseLong(fields[SYSTEM_TICKS_AT])) / TICKS_A_SECOND;
  }
}
