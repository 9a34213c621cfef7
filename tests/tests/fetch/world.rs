//! One server, one folder for jobs, one set of options.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use codegraph_egress::{AllowList, Egress, Resolve, ResolveError};
use codegraph_jobs::fetch::{FetchError, FetchOptions, Fetched, Sandbox, fetch};
use tempfile::TempDir;

use crate::git::launcher;
use crate::git::repository::Repository;
use crate::git::server::Server;

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) options: FetchOptions,
    root: TempDir,
}

/// Names of the tests; nothing asks a name server. A name has one answer after another, the last one stays.
#[derive(Default)]
struct Names(Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>);

impl Resolve for Names {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>> {
        let mut names = self.0.lock().expect("no panic");
        let answer = match names.get_mut(name) {
            Some(answers) if answers.len() > 1 => answers.pop_front(),
            Some(answers) => answers.front().cloned(),
            None => None,
        };
        Box::pin(async move { answer.ok_or_else(|| ResolveError("no such name".to_owned())) })
    }
}

fn door(names: Names, entries: &[&str]) -> Arc<Egress> {
    let allow = AllowList::parse(entries).expect("entries");
    Arc::new(Egress::new(allow, Arc::new(names)))
}

impl World {
    /// A server on 127.0.0.1 that may be reached, and nothing else.
    pub(crate) async fn new() -> Self {
        let root = TempDir::new().expect("a folder");
        let repositories = root.path().join("repositories");
        std::fs::create_dir(&repositories).expect("a folder");
        let server = Server::start("127.0.0.1", &repositories).await;
        let egress = door(Names::default(), &[&server.address.to_string()]);
        let sandbox = Sandbox::new(launcher());
        let mut options = FetchOptions::new(root.path().join("jobs"), egress, sandbox);
        options.extra_ca = Some(server.authority.clone());
        Self {
            server,
            options,
            root,
        }
    }

    /// Sets what may be reached.
    pub(crate) fn allow(&mut self, entries: &[&str]) {
        self.options.egress = door(Names::default(), entries);
    }

    /// Gives a name its answers, and sets what may be reached.
    pub(crate) fn name(&mut self, name: &str, answers: &[&[IpAddr]], entries: &[&str]) {
        let answers = answers.iter().map(|list| list.to_vec()).collect();
        let names = BTreeMap::from([(name.to_owned(), answers)]);
        self.options.egress = door(Names(Mutex::new(names)), entries);
    }

    /// Trusts several authorities.
    pub(crate) fn trust(&mut self, authorities: &[&Path]) {
        let all: String = authorities
            .iter()
            .map(|path| std::fs::read_to_string(path).expect("a certificate"))
            .collect();
        let path = self.outside("authorities.pem");
        std::fs::write(&path, all).expect("a file");
        self.options.extra_ca = Some(path);
    }

    /// The command lines of all processes at work in the folder of the jobs.
    pub(crate) fn processes(&self) -> Vec<String> {
        let Ok(jobs) = self.options.work_dir.canonicalize() else {
            return Vec::new();
        };
        let processes = std::fs::read_dir("/proc").expect("processes");
        processes
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|process| {
                std::fs::read_link(process.join("cwd")).is_ok_and(|at| at.starts_with(&jobs))
            })
            .map(|process| {
                let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
                String::from_utf8_lossy(&line).replace('\0', " ")
            })
            .collect()
    }

    pub(crate) fn repository(&self, name: &str) -> Repository {
        Repository::create(&self.root.path().join("repositories").join(name))
    }

    /// A path beside the folder of the jobs, for canaries.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) async fn fetch(&self, repository: &str) -> Result<Fetched, FetchError> {
        self.fetch_url(&self.server.url(repository)).await
    }

    pub(crate) async fn fetch_url(&self, url: &str) -> Result<Fetched, FetchError> {
        fetch(url, &self.options, &|_| {}).await
    }

    /// What is left in the folder of the jobs.
    pub(crate) fn left_over(&self) -> Vec<PathBuf> {
        match std::fs::read_dir(&self.options.work_dir) {
            Ok(folder) => folder
                .map(|entry| entry.expect("an entry").path())
                .collect(),
            Err(_) => Vec::new(),
        }
    }
}
