use super::section::{SecretText, section};

section! {
    /// Who may call.
    Auth = "auth" {
        /// Secret that signs tokens, at least 32 bytes, better 64. Without one, it is made at first start and kept in the data
        /// folder.
        jwt_secret: Option<SecretText> = None, ["API_JWT_SECRET"];
        /// How tokens are signed; there is one way.
        jwt_algorithm: String = "HS256".to_owned(), ["API_JWT_ALGORITHM"];
        /// Name of the account that is made at first start.
        admin_username: String = "admin".to_owned(), ["API_ADMIN_USERNAME"];
        /// Its password; without one, it is made, shown once, and to be changed.
        admin_password: Option<SecretText> = None, ["API_ADMIN_PASSWORD"];
        /// Who may make an account for himself once there is one: `closed` is nobody but admins for others, `open` is everybody.
        registration: String = "closed".to_owned(), ["REGISTRATION"];
        /// Seconds that an access token lives.
        access_seconds: u64 = 1800, ["API_ACCESS_TOKEN_SECONDS"];
        /// Days that a refresh token lives.
        refresh_days: u64 = 7, ["API_REFRESH_TOKEN_DAYS"];
    }
}
