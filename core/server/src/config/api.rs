use super::section::section;

section! {
    /// The HTTP server.
    Api = "api" {
        /// Address that it listens on; 0.0.0.0 is every one of the machine.
        host: String = "127.0.0.1".to_owned(), ["API_HOST"];
        /// Port; 0 lets the system choose one, and the log says which.
        port: u64 = 8000, ["API_PORT"];
        /// Threads that answer requests; 0 is one for each core. Imports and plugins have threads of their own.
        workers: u64 = 0, ["API_WORKERS"];
        /// Says more in logs; never in answers.
        debug: bool = false, ["API_DEBUG"];
        /// Origins of pages that may call from a browser (`https://app.example.org`); empty is none. In the environment
        /// separated by commas.
        cors_origins: Vec<String> = Vec::new(), ["API_CORS_ORIGINS"];
        /// Addresses and ranges of proxies whose `X-Forwarded-For` is believed (`10.0.0.0/8`); empty is none. In the environment
        /// separated by commas.
        trusted_proxies: Vec<String> = Vec::new(), ["API_TRUSTED_PROXIES"];
        /// Seconds that a request may take until its answer begins.
        request_seconds: u64 = 120, ["API_REQUEST_SECONDS"];
        /// Requests that may be at work at the same time; more are told to come again.
        concurrent_requests: u64 = 512, ["API_CONCURRENT_REQUESTS"];
        /// Connections that may be open at the same time; more wait.
        connections: u64 = 4096, ["API_CONNECTIONS"];
        /// Seconds that requests at work have to end when the server is asked to stop.
        drain_seconds: u64 = 30, ["API_DRAIN_SECONDS"];
        /// Imports that run at the same time.
        concurrent_jobs: u64 = 1, ["API_CONCURRENT_JOBS"];
    }
}
