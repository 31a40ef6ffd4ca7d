/** The longest lists a message may hold. Each is far above what a cluster has, so that only a broken or hostile peer meets it. */
export const MAX_BROKERS = 10_000
export const MAX_TOPICS = 100_000
export const MAX_PARTITIONS = 100_000
export const MAX_REPLICAS = 1_000
export const MAX_CONFIGS = 10_000
export const MAX_RESOURCES = 100_000
export const MAX_APIS = 1_000
export const MAX_LOG_DIRS = 1_000
export const MAX_RECORD_ERRORS = 100_000
export const MAX_GROUPS = 100_000
export const MAX_MEMBERS = 100_000
