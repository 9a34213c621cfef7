use super::section::section;

section! {
    /// How often somebody may call.
    RateLimit = "rate_limit" {
        /// Where calls are counted: `memory`, by each process for itself.
        storage: String = "memory".to_owned(), ["RATE_LIMIT_STORAGE"];
        /// Calls a minute for each user, key or address; 0 is no limit.
        per_minute: u64 = 100, ["RATE_LIMIT_PER_MINUTE"];
        /// Calls an hour for each user, key or address; 0 is no limit.
        per_hour: u64 = 1000, ["RATE_LIMIT_PER_HOUR"];
        /// Whether the limits of single endpoints hold as well.
        endpoints: bool = true, ["RATE_LIMIT_ENDPOINTS"];
        /// Requests a second for each address, before anything else is looked at; 0 is no limit.
        flood_per_second: u64 = 200, ["RATE_LIMIT_FLOOD_PER_SECOND"];
        /// Requests of an address that may come at once.
        flood_burst: u64 = 1000, ["RATE_LIMIT_FLOOD_BURST"];
    }
}
