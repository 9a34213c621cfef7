//! One question, one answer.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::answer::messages::Language;
use crate::answer::{Messages, Out, Reply, Verdict};
use crate::graph::{Answer, Graph};
use crate::intents::{self, Context, help};
use crate::names;
use crate::question::{Entity, Phrases, read};

/// Answers a question, piece by piece, to `out`.
///
/// # Errors
/// Faults of the graph and of `out`; that something is not in the graph is no fault.
pub fn run(
    graph: &dyn Graph,
    question: &str,
    language: Language,
    out: &mut dyn Out,
) -> Answer<Verdict> {
    let phrases = Phrases::built_in();
    let messages = Messages::built_in(language);
    let names = KnownNames {
        graph,
        asked: RefCell::default(),
    };
    let mut reading = read(question, &phrases, &|words| names.has(words));
    if reading.intent.is_none()
        && let Some(word) = reading.spare.iter().find(|word| names.has(word))
    {
        // Nothing else says what the question is about.
        reading.intent = Some("explain".to_owned());
        reading.subjects = vec![Entity::word(word, None)];
    }
    let known = reading.intent.as_deref().and_then(intents::by_name);
    let reply = Reply::new(out, graph, &messages);
    let (intent, run) = known.unwrap_or(("unknown", help::not_understood));
    let mut cx = Context {
        graph,
        reply,
        reading: &reading,
        intent,
    };
    let verdict = run(&mut cx)?;
    cx.reply.finish()?;
    Ok(verdict)
}

/// What the graph has under plain words; each is looked up once.
struct KnownNames<'a> {
    graph: &'a dyn Graph,
    asked: RefCell<BTreeMap<String, bool>>,
}

impl KnownNames<'_> {
    /// Most look-ups for one question.
    const MOST: usize = 40;

    /// Whether something of the project has that name; a graph that fails says so at the next question to it.
    fn has(&self, words: &str) -> bool {
        if let Some(&known) = self.asked.borrow().get(words) {
            return known;
        }
        if self.asked.borrow().len() >= Self::MOST {
            return false;
        }
        let known = names::spellings(words).iter().any(|name| {
            self.graph
                .lookup(name)
                .is_ok_and(|found| found.iter().any(|symbol| !symbol.external))
        });
        self.asked.borrow_mut().insert(words.to_owned(), known);
        known
    }
}
