use std::path::PathBuf;

use super::section::section;

section! {
    /// What may be reached over the network.
    Network = "network" {
        /// Hosts, `host:port` and address ranges that may be dialled although they are not public (`git.example.org`,
        /// `10.1.0.0/16`). Public addresses on port 443 need no entry. In the environment separated by commas.
        allow: Vec<String> = Vec::new(), ["CODEGRAPH_EGRESS_ALLOW"];
        /// PEM file with the certificates of your own authority; the system's stay trusted.
        extra_ca: Option<PathBuf> = None, ["CODEGRAPH_EXTRA_CA"];
    }
}
