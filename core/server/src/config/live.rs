use super::section::section;

section! {
    /// WebSockets and streams.
    Live = "live" {
        /// WebSockets that a user may have open at the same time, and as many streams; 0 is none.
        per_user: u64 = 5, ["API_LIVE_PER_USER"];
        /// WebSockets of all users together.
        sockets: u64 = 1024, ["API_LIVE_SOCKETS"];
        /// A message of a client has at most so many bytes.
        message_bytes: u64 = 65_536, ["API_LIVE_MESSAGE_BYTES"];
        /// Messages a second that a client may send.
        messages_per_second: u64 = 10, ["API_LIVE_MESSAGES_PER_SECOND"];
        /// Seconds between two pings.
        ping_seconds: u64 = 30, ["API_LIVE_PING_SECONDS"];
        /// Seconds without a sign of the client after which a WebSocket is closed; for a chat, without a question.
        idle_seconds: u64 = 300, ["API_LIVE_IDLE_SECONDS"];
        /// Seconds that a client may let a message, or any other answer, wait before it counts as gone.
        patience_seconds: u64 = 10, ["API_LIVE_PATIENCE_SECONDS"];
        /// Whether an access token may stand in the address (`?token=`). Tickets (`POST /auth/ws-ticket`) always may.
        token_in_query: bool = true, ["API_LIVE_TOKEN_IN_QUERY"];
    }
}
