import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Apache Kafka's own client, driven by NDJSON: a request a line on stdin, an answer a line on stdout. */
public final class InteropClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONSUME_DEADLINE = Duration.ofSeconds(20);
  private final String address;

  private InteropClient(String address) {
    this.address = address;
  }

  public static void main(String[] arguments) throws IOException {
    InteropClient client = new InteropClient(arguments[0]);
    ObjectNode hello = JSON.createObjectNode();
    hello.putObject("hello").put("version", version());
    emit(hello);
    BufferedReader requests = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = requests.readLine(); line != null; line = requests.readLine()) {
      JsonNode request = JSON.readTree(line);
      ObjectNode answer = JSON.createObjectNode().put("id", request.get("id").asInt());
      try {
        answer.set("ok", client.run(request));
      } catch (Exception error) {
        answer.put("error", error.toString());
      }
      emit(answer);
    }
  }

  private static String version() throws IOException {
    Properties properties = new Properties();
    try (InputStream resource = Admin.class.getResourceAsStream("/kafka/kafka-version.properties")) {
      properties.load(resource);
    }
    return properties.getProperty("version");
  }

  private static void emit(ObjectNode message) {
    System.out.println(message);
    System.out.flush();
  }

  private JsonNode run(JsonNode request) throws Exception {
    switch (request.get("op").asText()) {
      case "createTopic":
        return createTopic(request);
      case "listTopics":
        return listTopics();
      case "produce":
        return produce(request);
      case "consume":
        return consume(request);
      case "consumeInGroup":
        return consumeInGroup(request);
      default:
        throw new IllegalArgumentException(request.get("op").asText());
    }
  }

  private Map<String, Object> config() {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", address);
    return config;
  }

  private JsonNode createTopic(JsonNode request) throws Exception {
    try (Admin admin = Admin.create(config())) {
      NewTopic topic = new NewTopic(request.get("topic").asText(), request.get("partitions").asInt(), (short) 1);
      admin.createTopics(List.of(topic)).all().get(10, TimeUnit.SECONDS);
    }
    return JSON.createObjectNode();
  }

  private JsonNode listTopics() throws Exception {
    ObjectNode result = JSON.createObjectNode();
    ArrayNode topics = result.putArray("topics");
    try (Admin admin = Admin.create(config())) {
      for (String topic : admin.listTopics().names().get(10, TimeUnit.SECONDS)) topics.add(topic);
    }
    return result;
  }

  private JsonNode produce(JsonNode request) throws Exception {
    Map<String, Object> config = config();
    config.put("compression.type", request.get("codec").asText());
    config.put("enable.idempotence", request.path("idempotent").asBoolean(false));
    config.put("acks", "all");
    config.put("linger.ms", 50);
    config.put("delivery.timeout.ms", 15000);
    config.put("request.timeout.ms", 10000);
    ObjectNode result = JSON.createObjectNode();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (JsonNode record : request.get("records")) {
        List<Header> headers = new ArrayList<>();
        for (JsonNode header : record.get("headers")) headers.add(new RecordHeader(header.get(0).asText(), decode(header.get(1))));
        sent.add(
            producer.send(
                new ProducerRecord<>(
                    request.get("topic").asText(),
                    request.get("partition").asInt(),
                    record.get("timestamp").asLong(),
                    decode(record.get("key")),
                    decode(record.get("value")),
                    headers)));
      }
      producer.flush();
      ArrayNode offsets = result.putArray("offsets");
      for (Future<RecordMetadata> future : sent) offsets.add(future.get(15, TimeUnit.SECONDS).offset());
    }
    return result;
  }

  private JsonNode consume(JsonNode request) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (JsonNode partition : request.get("partitions")) partitions.add(new TopicPartition(request.get("topic").asText(), partition.asInt()));
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(config())) {
      consumer.assign(partitions);
      start(consumer, partitions, request.get("from"));
      return read(consumer, request.get("count").asInt());
    }
  }

  /** Reads on where the group is, at least {@code count} records, and commits all of them. */
  private JsonNode consumeInGroup(JsonNode request) {
    Map<String, Object> config = config();
    config.put("group.id", request.get("groupId").asText());
    config.put("group.protocol", request.get("protocol").asText());
    config.put("auto.offset.reset", "earliest");
    config.put("max.poll.records", 5);
    try (KafkaConsumer<byte[], byte[]> consumer = consumer(config)) {
      consumer.subscribe(List.of(request.get("topic").asText()));
      JsonNode result = read(consumer, request.get("count").asInt());
      consumer.commitSync();
      return result;
    }
  }

  private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> config) {
    config.put("enable.auto.commit", false);
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static JsonNode read(KafkaConsumer<byte[], byte[]> consumer, int count) {
    ObjectNode result = JSON.createObjectNode();
    ArrayNode records = result.putArray("records");
    long deadline = System.nanoTime() + CONSUME_DEADLINE.toNanos();
    while (records.size() < count && System.nanoTime() < deadline) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) records.add(described(record));
    }
    return result;
  }

  private static void start(KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, JsonNode from) {
    if (from.isObject()) {
      Map<TopicPartition, Long> wanted = new HashMap<>();
      for (TopicPartition partition : partitions) wanted.put(partition, from.get("timestamp").asLong());
      for (Map.Entry<TopicPartition, OffsetAndTimestamp> found : consumer.offsetsForTimes(wanted).entrySet()) {
        if (found.getValue() == null) consumer.seekToEnd(List.of(found.getKey()));
        else consumer.seek(found.getKey(), found.getValue().offset());
      }
    } else if (from.asText().equals("start")) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
  }

  private static ObjectNode described(ConsumerRecord<byte[], byte[]> record) {
    ObjectNode described = JSON.createObjectNode();
    described.put("partition", record.partition()).put("offset", record.offset()).put("timestamp", record.timestamp());
    described.put("key", encode(record.key())).put("value", encode(record.value()));
    ArrayNode headers = described.putArray("headers");
    for (Header header : record.headers()) headers.addArray().add(header.key()).add(encode(header.value()));
    return described;
  }

  private static byte[] decode(JsonNode text) {
    return text.isNull() ? null : Base64.getDecoder().decode(text.asText());
  }

  private static String encode(byte[] bytes) {
    return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
  }
}
