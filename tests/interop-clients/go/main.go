// Command interop-client drives franz-go by NDJSON: a request a line on stdin, an answer a line on stdout.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	operationDeadline = 20 * time.Second
	maxLineBytes      = 64 << 20
)

// header is written as [name, value].
type header struct {
	Name  string
	Value []byte
}

func (h header) MarshalJSON() ([]byte, error) { return json.Marshal([]any{h.Name, h.Value}) }

func (h *header) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&h.Name, &h.Value})
}

// record has base64 keys and values, null where the record has none: what encoding/json makes of a []byte.
type record struct {
	Partition int32    `json:"partition"`
	Offset    int64    `json:"offset"`
	Timestamp int64    `json:"timestamp"`
	Key       []byte   `json:"key"`
	Value     []byte   `json:"value"`
	Headers   []header `json:"headers"`
}

type request struct {
	ID         int             `json:"id"`
	Op         string          `json:"op"`
	Topic      string          `json:"topic"`
	Partition  int32           `json:"partition"`
	Partitions json.RawMessage `json:"partitions"`
	Codec      string          `json:"codec"`
	Idempotent bool            `json:"idempotent"`
	Records    []record        `json:"records"`
	From       json.RawMessage `json:"from"`
	Count      int             `json:"count"`
	GroupID    string          `json:"groupId"`
	Protocol   string          `json:"protocol"`
}

var address = os.Args[1]

func main() {
	emit(map[string]any{"hello": map[string]any{"version": version()}})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, maxLineBytes)
	for lines.Scan() {
		var asked request
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if answer, err := run(asked); err != nil {
			emit(map[string]any{"id": asked.ID, "error": err.Error()})
		} else {
			emit(map[string]any{"id": asked.ID, "ok": answer})
		}
	}
}

func version() string {
	build, _ := debug.ReadBuildInfo()
	for _, module := range build.Deps {
		if module.Path == "github.com/twmb/franz-go" {
			return module.Version
		}
	}
	return "unknown"
}

func emit(message any) {
	text, err := json.Marshal(message)
	if err != nil {
		panic(err)
	}
	fmt.Println(string(text))
}

func run(asked request) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), operationDeadline)
	defer cancel()
	switch asked.Op {
	case "createTopic":
		return createTopic(ctx, asked)
	case "listTopics":
		return listTopics(ctx)
	case "produce":
		return produce(ctx, asked)
	case "consume":
		return consume(ctx, asked)
	case "consumeInGroup":
		return consumeInGroup(ctx, asked)
	}
	return nil, fmt.Errorf("no operation %q", asked.Op)
}

func createTopic(ctx context.Context, asked request) (any, error) {
	var partitions int32
	if err := json.Unmarshal(asked.Partitions, &partitions); err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(address))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	created, err := kadm.NewClient(client).CreateTopic(ctx, partitions, 1, nil, asked.Topic)
	if err == nil {
		err = created.Err
	}
	return struct{}{}, err
}

func listTopics(ctx context.Context) (any, error) {
	client, err := kgo.NewClient(kgo.SeedBrokers(address))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	topics, err := kadm.NewClient(client).ListTopics(ctx)
	return map[string]any{"topics": topics.Names()}, err
}

var codecs = map[string]kgo.CompressionCodec{
	"none":   kgo.NoCompression(),
	"gzip":   kgo.GzipCompression(),
	"snappy": kgo.SnappyCompression(),
	"lz4":    kgo.Lz4Compression(),
	"zstd":   kgo.ZstdCompression(),
}

func produce(ctx context.Context, asked request) (any, error) {
	options := []kgo.Opt{
		kgo.SeedBrokers(address),
		kgo.ProducerBatchCompression(codecs[asked.Codec]),
		kgo.RecordPartitioner(kgo.ManualPartitioner()),
		kgo.ProducerLinger(50 * time.Millisecond),
	}
	if !asked.Idempotent {
		options = append(options, kgo.DisableIdempotentWrite())
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	sent := make([]*kgo.Record, 0, len(asked.Records))
	for _, given := range asked.Records {
		one := &kgo.Record{
			Topic: asked.Topic, Partition: asked.Partition, Key: given.Key, Value: given.Value, Timestamp: time.UnixMilli(given.Timestamp),
		}
		for _, h := range given.Headers {
			one.Headers = append(one.Headers, kgo.RecordHeader{Key: h.Name, Value: h.Value})
		}
		sent = append(sent, one)
	}
	offsets := []int64{}
	for _, result := range client.ProduceSync(ctx, sent...) {
		if result.Err != nil {
			return nil, result.Err
		}
		offsets = append(offsets, result.Record.Offset)
	}
	return map[string]any{"offsets": offsets}, nil
}

func consume(ctx context.Context, asked request) (any, error) {
	offset, err := start(asked.From)
	if err != nil {
		return nil, err
	}
	var wanted []int32
	if err := json.Unmarshal(asked.Partitions, &wanted); err != nil {
		return nil, err
	}
	partitions := map[int32]kgo.Offset{}
	for _, partition := range wanted {
		partitions[partition] = offset
	}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(address),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{asked.Topic: partitions}),
	)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	records := []record{}
	for len(records) < asked.Count && ctx.Err() == nil {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil && ctx.Err() == nil {
			return nil, err
		}
		fetches.EachRecord(func(r *kgo.Record) { records = append(records, described(r)) })
	}
	return map[string]any{"records": records}, nil
}

// consumeInGroup reads on where the group is, count records, and commits them.
func consumeInGroup(ctx context.Context, asked request) (any, error) {
	options := []kgo.Opt{
		kgo.SeedBrokers(address),
		kgo.ConsumerGroup(asked.GroupID),
		kgo.ConsumeTopics(asked.Topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
	}
	if asked.Protocol == "consumer" {
		options = append(options, kgo.Balancers(kgo.RangeBalancer()), kgo.ServerSideBalancer())
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	records := []record{}
	for len(records) < asked.Count && ctx.Err() == nil {
		fetches := client.PollRecords(ctx, asked.Count-len(records))
		if err := fetches.Err(); err != nil && ctx.Err() == nil {
			return nil, err
		}
		fetches.EachRecord(func(r *kgo.Record) { records = append(records, described(r)) })
	}
	return map[string]any{"records": records}, client.CommitUncommittedOffsets(ctx)
}

func start(from json.RawMessage) (kgo.Offset, error) {
	var position string
	if json.Unmarshal(from, &position) == nil {
		if position == "end" {
			return kgo.NewOffset().AtEnd(), nil
		}
		return kgo.NewOffset().AtStart(), nil
	}
	var at struct {
		Timestamp int64 `json:"timestamp"`
	}
	err := json.Unmarshal(from, &at)
	return kgo.NewOffset().AfterMilli(at.Timestamp), err
}

func described(r *kgo.Record) record {
	one := record{Partition: r.Partition, Offset: r.Offset, Timestamp: r.Timestamp.UnixMilli(), Key: r.Key, Value: r.Value, Headers: []header{}}
	for _, h := range r.Headers {
		one.Headers = append(one.Headers, header{h.Key, h.Value})
	}
	return one
}
