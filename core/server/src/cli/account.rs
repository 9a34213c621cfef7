//! Who says who calls, for commands; `codegraph create-admin`, `init-db`, `migrate`.

use codegraph_auth::{Auth, AuthOptions, SigningSecret, secret};
use codegraph_model::{Role, Username};
use codegraph_server::config::{SecretText, SecretUrl};
use codegraph_storage::{Db, Location};
use jiff::SignedDuration;

use super::Ended;
use super::app::{App, or_cores};
use super::output::{Output, message};

/// Adds an account that may do everything
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  codegraph create-admin --username anna --password 'seven horses in a row' --email anna@example.org

A password has at least 8 characters, is none of the most common ones, and not the user's own name.")]
pub(crate) struct CreateAdmin {
    /// Name of the account
    #[arg(long, value_name = "USER")]
    username: Username,
    /// Its password
    #[arg(long, value_name = "PASS")]
    password: String,
    /// Its address
    #[arg(long, value_name = "EMAIL")]
    email: Option<String>,
}

/// Brings the database's tables to this version's
#[derive(Debug, clap::Args)]
pub(crate) struct Migrate {
    /// Brings them to this revision, which is a number; tables never go back
    #[arg(long, value_name = "REV")]
    revision: Option<i64>,
}

/// Says who calls, with the configured secret.
pub(crate) fn auth(app: &App, db: Db) -> anyhow::Result<Auth> {
    let config = &app.config.auth;
    let configured = config.jwt_secret.as_ref().map(SecretText::expose);
    let secret = SigningSecret::load(configured, &app.data().secrets())?;
    let seconds = i64::try_from(config.access_seconds).unwrap_or(i64::MAX);
    let hours = i64::try_from(config.refresh_days).unwrap_or(3650).min(3650) * 24;
    let options = AuthOptions {
        access: SignedDuration::from_secs(seconds.clamp(1, 86_400)),
        refresh: SignedDuration::from_hours(hours.max(1)),
        hashing_places: or_cores(0),
    };
    Ok(Auth::new(db, app.clock.clone(), &secret, options))
}

/// Makes the first account where there is none, and shows its password once.
pub(crate) async fn first_admin(app: &App, auth: &Auth) -> anyhow::Result<()> {
    let config = &app.config.auth;
    let username: Username = config
        .admin_username
        .parse()
        .map_err(|error| anyhow::anyhow!("auth.admin_username: {error}"))?;
    let password = config.admin_password.as_ref().map(SecretText::expose);
    let made = auth
        .first_admin(&username, password)
        .await
        .map_err(|error| anyhow::anyhow!("auth.admin_password: {error}"))?;
    let Some(admin) = made else {
        return Ok(());
    };
    if let Some(password) = admin.made_password {
        let path = app.data().secrets().join("first-admin-password");
        // Kept for who does not see the output; a file that is there already is of an earlier database.
        if secret::write_private(&path, &format!("{password}\n")).is_err() {
            tracing::warn!("the first password could not be kept in a file");
        }
        message(&format!(
            "first start: account '{}' was made with the password\n\n    {password}\n\n\
             It is shown this once (and kept in {}): log in and change it.\n\n",
            admin.username,
            path.display()
        ));
    }
    Ok(())
}

pub(crate) async fn create_admin(
    app: &App,
    arguments: CreateAdmin,
    mut out: Output,
) -> anyhow::Result<Ended> {
    let db = app.db().await?;
    let auth = auth(app, db.clone())?;
    let added = auth
        .add_user(
            arguments.username,
            arguments.email,
            &arguments.password,
            Role::Admin,
        )
        .await;
    db.close().await;
    out.text(&format!("account '{}' is made\n", added?.username))?;
    Ok(Ended::Well)
}

pub(crate) async fn init_db(app: &App, out: Output) -> anyhow::Result<Ended> {
    migrate(app, Migrate { revision: None }, out).await
}

pub(crate) async fn migrate(
    app: &App,
    arguments: Migrate,
    mut out: Output,
) -> anyhow::Result<Ended> {
    let url = app.config.database.url.as_ref().map(SecretUrl::expose);
    let location = Location::parse(url, &app.config.paths.data_dir)?;
    let migrated = Db::migrate(&location, arguments.revision).await?;
    let text = if migrated.from == migrated.to {
        format!("the tables are at revision {}\n", migrated.to)
    } else {
        format!(
            "the tables went from revision {} to {}\n",
            migrated.from, migrated.to
        )
    };
    out.text(&text)?;
    Ok(Ended::Well)
}
