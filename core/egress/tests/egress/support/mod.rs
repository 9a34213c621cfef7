//! Hostile name servers.

use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use codegraph_egress::{Resolve, ResolveError};

/// Answers a name with one list of addresses after another; the last one stays. Time to live is zero: every question
/// is asked anew, as with a name server that wants to change its mind.
#[derive(Default)]
pub(crate) struct Zone {
    answers: Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>,
    /// What names outside of the zone resolve to; `None`: they do not.
    others: Option<IpAddr>,
    pub(crate) questions: AtomicUsize,
}

impl Zone {
    /// A name server that has this answer for every name.
    pub(crate) fn all(address: &str) -> Self {
        Self {
            others: Some(address.parse().expect("an address")),
            ..Self::default()
        }
    }

    pub(crate) fn with(self, name: &str, answers: &[&[&str]]) -> Self {
        let answers = answers
            .iter()
            .map(|list| {
                list.iter()
                    .map(|address| address.parse().expect("an address"))
                    .collect()
            })
            .collect();
        self.answers
            .lock()
            .expect("no panic")
            .insert(name.to_owned(), answers);
        self
    }
}

impl Resolve for Zone {
    fn resolve<'a>(
        &'a self,
        name: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<IpAddr>, ResolveError>> + Send + 'a>> {
        self.questions.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().expect("no panic");
        let answer = match answers.get_mut(name) {
            Some(list) if list.len() > 1 => list.pop_front(),
            Some(list) => list.front().cloned(),
            None => self.others.map(|address| vec![address]),
        };
        Box::pin(async move { answer.ok_or_else(|| ResolveError("no such name".to_owned())) })
    }
}
