use super::section::{SecretUrl, section};

section! {
    /// The relational database.
    Database = "database" {
        /// Where it is: `sqlite:<file>`, or `postgres://<user>:<password>@<host>:<port>/<database>`. Default: the file `codegraph.db` in the
        /// data folder.
        url: Option<SecretUrl> = None, ["DATABASE_URL"];
    }
}
