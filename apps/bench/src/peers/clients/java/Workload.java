/** The records of ../workload.mjs: 12-byte keys, 65,536 different ones, and distinct values. */
final class Workload {
  static final int KEY_BYTES = 12;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

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
