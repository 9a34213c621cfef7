//! All routes, one screen. The same handlers stand under `/api/v1` and `/v1`.

use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, middleware};
use tower::Layer as _;
use tower::util::BoxCloneSyncService;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::normalize_path::NormalizePathLayer;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::config::Config;
use crate::flood::guard;
use crate::layers::{Bounds, surround};
use crate::live::channel;
use crate::openapi::Document;
use crate::routes::{
    api_keys, auth, chat, docs, groups, health, import, metrics, projects, query, scenarios, search,
};
use crate::state::AppState;

/// A body is at most so large; of credentials, at most that.
const MOST_BODY: usize = 1 << 20;
const MOST_CREDENTIALS: usize = 4 << 10;

/// What answers requests.
pub type App = BoxCloneSyncService<Request, Response, std::convert::Infallible>;

fn api() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health::full::get_health))
        .routes(routes!(health::live::get_live))
        .routes(routes!(health::ready::get_ready))
        .routes(routes!(health::version::get_version))
        .routes(routes!(docs::openapi::get_openapi))
        .merge(credentials())
        .routes(routes!(scenarios::list::list_scenarios))
        .routes(routes!(scenarios::get::get_scenario))
        .routes(routes!(scenarios::query::query_scenario))
        .routes(routes!(chat::create::create_chat))
        .routes(routes!(chat::stream::create_chat_stream))
        .routes(routes!(query::execute::execute_query))
        .routes(routes!(query::validate::validate_query))
        .routes(routes!(search::get::search))
        .routes(routes!(import::languages::list_languages))
        .routes(routes!(import::start::start_import))
        .routes(routes!(import::status::get_import_status))
        .routes(routes!(import::jobs::list_import_jobs))
        .routes(routes!(import::cancel::cancel_import))
        .routes(routes!(import::step::run_import_step))
        .routes(routes!(
            groups::list::list_groups,
            groups::create::create_group
        ))
        .routes(routes!(
            groups::get::get_group,
            groups::update::update_group,
            groups::delete::delete_group
        ))
        .routes(routes!(
            groups::list_users::list_group_users,
            groups::add_user::add_group_user
        ))
        .routes(routes!(groups::remove_user::remove_group_user))
        .routes(routes!(
            projects::list::list_projects,
            projects::create::create_project
        ))
        .routes(routes!(
            projects::get::get_project,
            projects::update::update_project,
            projects::delete::delete_project
        ))
        .routes(routes!(projects::activate::activate_project))
}

fn credentials() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(auth::login::create_token))
        .routes(routes!(auth::login::create_login))
        .routes(routes!(auth::refresh::refresh_token))
        .routes(routes!(auth::register::register))
        .routes(routes!(auth::setup_status::get_setup_status))
        .routes(routes!(auth::logout::logout))
        .routes(routes!(auth::logout_all::logout_all))
        .routes(routes!(auth::me::get_me))
        .routes(routes!(auth::password::update_password))
        .routes(routes!(auth::sessions::list_logins))
        .routes(routes!(auth::sessions::delete_login))
        .routes(routes!(auth::ws_ticket::create_ws_ticket))
        .routes(routes!(
            api_keys::list::list_api_keys,
            api_keys::create::create_api_key
        ))
        .routes(routes!(api_keys::delete::delete_api_key))
        .routes(routes!(
            api_keys::list::list_own_api_keys,
            api_keys::create::create_own_api_key
        ))
        .routes(routes!(api_keys::delete::delete_own_api_key))
        .layer(DefaultBodyLimit::max(MOST_CREDENTIALS))
}

fn root() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(health::full::get_root_health))
        .routes(routes!(health::live::get_root_live))
        .routes(routes!(health::ready::get_root_ready))
        .routes(routes!(health::live::get_healthz))
        .routes(routes!(health::ready::get_readyz))
        .routes(routes!(metrics::get::get_metrics))
        .routes(routes!(docs::openapi::get_root_openapi))
        .routes(routes!(docs::swagger::get_docs))
        .routes(routes!(docs::redoc::get_redoc))
        .nest("/api/v1", api())
}

/// WebSockets; OpenAPI has no words for them, `docs/api.md` has.
fn sockets() -> Router<AppState> {
    Router::new()
        .route("/ws/chat", get(channel::chat::open_chat))
        .route("/ws/jobs/{job_id}", get(channel::jobs::open_job))
        .route(
            "/ws/notifications",
            get(channel::notifications::open_notifications),
        )
}

/// The OpenAPI document: needs neither database nor plugins.
pub fn document() -> utoipa::openapi::OpenApi {
    root().into_openapi()
}

/// Puts together what answers requests.
pub fn app(state: AppState) -> App {
    let config = &state.parts().config;
    let bounds = Bounds::new(
        usize::try_from(config.api.concurrent_requests).unwrap_or(usize::MAX >> 4),
        Duration::from_secs(config.api.request_seconds),
    );
    let cors = cors(config);
    let guard = guard(config);
    let (root, _) = root().split_for_parts();
    let (aliases, _) = api().split_for_parts();
    let router = root
        .route("/docs/{*path}", get(docs::swagger::get_docs_file))
        .route(
            "/redoc/redoc.standalone.js",
            get(docs::redoc::get_redoc_script),
        )
        .nest("/v1", aliases.merge(sockets()))
        .merge(sockets())
        .merge(Router::new().nest("/api/v1", sockets()))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(state);
    let router = match guard {
        Some(guard) => router.layer(guard),
        None => router,
    };
    surrounded(router, bounds, cors)
}

/// What answers before the rest is there: that the process lives, and that it is starting.
pub fn starting() -> App {
    let router = Router::new()
        .route("/api/v1/health/live", get(health::live::get_live))
        .route("/v1/health/live", get(health::live::get_live))
        .route("/v1/healthz", get(health::live::get_healthz))
        .route("/health/live", get(health::live::get_root_live))
        .fallback(|| async {
            let error = crate::error::ApiError::new(
                crate::error::Code::Unavailable,
                "the server is starting",
            );
            error.retry_after(1)
        });
    surrounded(router, Bounds::new(512, Duration::from_secs(5)), None)
}

fn surrounded(router: Router, bounds: Bounds, cors: Option<CorsLayer>) -> App {
    let router = router.layer(middleware::from_fn_with_state(bounds, surround));
    let router = match cors {
        Some(cors) => router.layer(cors),
        None => router,
    };
    // A trailing slash makes no difference; taken off before a route is looked for.
    let app = NormalizePathLayer::trim_trailing_slash().layer(router);
    BoxCloneSyncService::new(app)
}

/// Pages of these origins may call; of no others, and never with cookies: there are none.
fn cors(config: &Config) -> Option<CorsLayer> {
    let origins = &config.api.cors_origins;
    let origins: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| origin.parse().ok())
        .collect();
    if origins.is_empty() {
        return None;
    }
    let headers = ["authorization", "content-type", "x-api-key", "x-request-id"];
    let shown = [
        "x-request-id",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "retry-after",
    ];
    Some(
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(origins))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
            .allow_headers(headers.map(HeaderName::from_static))
            .expose_headers(shown.map(HeaderName::from_static))
            .max_age(Duration::from_mins(10)),
    )
}
