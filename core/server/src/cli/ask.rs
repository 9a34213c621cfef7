//! `codegraph ask`

use std::time::Instant;

use clap::ValueEnum;
use codegraph_jobs::Cancel;
use codegraph_model::RequestId;
use codegraph_plugin_host as host;
use codegraph_plugin_host::types::AnswerLanguage;
use codegraph_server::answer::{
    Answer, AskError, LONGEST_QUESTION, Question, ask, language_of, markdown, text,
};
use codegraph_server::projects::{self, Held, NoGraph};

use super::app::App;
use super::interrupt::cancel_on_interrupt;
use super::output::Output;
use super::{Ended, Interrupted};

/// Asks a question about a project
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  codegraph ask \"Where is Flask.dispatch_request defined?\"
  codegraph ask \"Кто вызывает url_for?\" --project flask
  codegraph ask \"How does wsgi_app get to dispatch_request?\" --format json

The answer is read from the graph: each claim has its evidence, file and line. Exit code 1 says that what was asked for
is not in the graph; the answer then names the nearest.")]
pub(crate) struct Arguments {
    /// The question, in English or Russian
    question: String,
    /// The project; without it, the one that was imported last
    #[arg(long, value_name = "NAME")]
    project: Option<String>,
    /// The scenario that is to answer; without it, the question's words choose one
    #[arg(long, value_name = "ID")]
    scenario: Option<String>,
    /// Language of the answer; without it, that of the question
    #[arg(long, value_enum)]
    language: Option<Language>,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t)]
    format: AnswerFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Language {
    En,
    Ru,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum AnswerFormat {
    /// For a terminal
    #[default]
    Text,
    /// For programs
    Json,
    /// For an issue, a review, a chat
    Markdown,
}

pub(crate) async fn run(app: &App, arguments: Arguments, mut out: Output) -> anyhow::Result<Ended> {
    let started = Instant::now();
    let length = arguments.question.chars().count();
    anyhow::ensure!(
        !arguments.question.trim().is_empty(),
        "the question is empty"
    );
    anyhow::ensure!(
        length <= LONGEST_QUESTION,
        "the question has {length} characters, at most {LONGEST_QUESTION} are allowed"
    );
    let language = match arguments.language {
        Some(Language::En) => AnswerLanguage::En,
        Some(Language::Ru) => AnswerLanguage::Ru,
        None => language_of(&arguments.question),
    };
    let db = app.existing_db().await?.ok_or(NoGraph::NoProject)?;
    let holder = format!("ask, process {}", std::process::id());
    let held = projects::hold(
        &db,
        &app.data(),
        arguments.project.as_deref(),
        &holder,
        app.clock.now(),
    )
    .await?;
    let question = Question {
        text: arguments.question,
        scenario: arguments.scenario,
        language,
        history: Vec::new(),
        extra: Vec::new(),
        request_id: RequestId::new(app.clock.now()).to_string(),
        read_gaps_with: format!(
            "codegraph sql \"SELECT * FROM analysis_gaps\" --project {}",
            shell_word(held.project.name.as_str())
        ),
        started,
        time: None,
    };
    let answer = answer(app, &held, question).await;
    projects::release(&db, held.lease, app.clock.now()).await?;
    db.close().await;
    let answer = answer?;
    match arguments.format {
        AnswerFormat::Json => out.json(&answer)?,
        AnswerFormat::Text => out.text(&text(&answer))?,
        AnswerFormat::Markdown => out.text(&markdown(&answer))?,
    }
    Ok(if answer.found {
        Ended::Well
    } else {
        Ended::NotFound
    })
}

async fn answer(app: &App, held: &Held, question: Question) -> anyhow::Result<Answer> {
    let graphs = app.graphs()?;
    let path = held.path.clone();
    // The graph opens while the plugins load.
    let (plugins, graph) = tokio::join!(
        app.host(),
        tokio::task::spawn_blocking(move || graphs.open(&path))
    );
    let (plugins, graph) = (plugins?, graph??);
    let cancel = bridge(&cancel_on_interrupt());
    match ask(&plugins, graph, held, question, cancel, |_, _| {
        std::future::ready(())
    })
    .await
    {
        Err(AskError::Cancelled) => Err(Interrupted.into()),
        answer => Ok(answer?),
    }
}

/// A name as one word of a shell.
pub(crate) fn shell_word(text: &str) -> String {
    if text
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
    {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Hands a cancellation on to the plugin host.
pub(crate) fn bridge(from: &Cancel) -> host::Cancel {
    let (from, to) = (from.clone(), host::Cancel::new());
    let cancel = to.clone();
    tokio::spawn(async move {
        from.cancelled().await;
        cancel.cancel();
    });
    to
}
