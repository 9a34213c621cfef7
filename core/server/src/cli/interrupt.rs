//! Ctrl-C and the request to end.

use codegraph_jobs::Cancel;

use super::output;

/// Cancels at the first Ctrl-C or request to end; at the second the process ends as it is, and the next one cleans up.
pub(crate) fn cancel_on_interrupt() -> Cancel {
    let cancel = Cancel::new();
    let asked = cancel.clone();
    tokio::spawn(async move {
        next().await;
        asked.cancel();
        output::message("\nstopping; once more ends it at once\n");
        next().await;
        std::process::exit(130);
    });
    cancel
}

async fn next() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Without a handler there is nothing to wait for.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
