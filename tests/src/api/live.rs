//! WebSockets and streams: a real client over a real socket.

use std::net::TcpListener;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use codegraph_model::Role;
use codegraph_server::serve::{Door, DoorOptions, Rooms};
use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::world::{Start, World};

/// Nothing here takes longer.
const SOON: Duration = Duration::from_mins(1);

/// The world behind a door.
struct Open {
    world: World,
    door: Option<Door>,
    address: String,
}

impl Open {
    fn new(world: World) -> Self {
        let rooms = Rooms::new(tokio::runtime::Handle::current());
        rooms.open(world.app.clone());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let options = DoorOptions {
            connections: 100,
            drain: Duration::from_secs(5),
            patience: Duration::from_secs(10),
        };
        let door = Door::open(listener, rooms, options).unwrap();
        let address = door.address().to_string();
        Self {
            world,
            door: Some(door),
            address,
        }
    }

    async fn with(change: impl FnOnce(&mut codegraph_server::config::Config)) -> Self {
        let mut start = Start::default();
        change(&mut start.config);
        Self::new(World::with(start).await)
    }

    async fn try_connect(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Client, Error> {
        let mut request = format!("ws://{}{path}", self.address)
            .into_client_request()
            .unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        Ok(Client(connect_async(request).await?.0))
    }

    async fn connect(&self, path: &str, token: &str) -> Client {
        let bearer = format!("Bearer {token}");
        self.try_connect(path, &[("authorization", &bearer)])
            .await
            .unwrap()
    }

    /// Connects, and hears the greeting.
    async fn greeted(&self, path: &str, token: &str) -> Client {
        let mut client = self.connect(path, token).await;
        let hello = client.hear().await;
        assert_eq!(hello["type"], "connected", "{hello}");
        assert!(hello["payload"]["connection_id"].is_string());
        assert!(hello["timestamp"].is_string() && hello["request_id"].is_string());
        client
    }

    /// Connects until there is a place, and hears the greeting.
    async fn admitted(&self, path: &str, token: &str) -> Client {
        loop {
            let mut client = self.connect(path, token).await;
            if client.hear().await["type"] == "connected" {
                return client;
            }
        }
    }

    async fn status(&self, path: &str, headers: &[(&'static str, &str)]) -> u16 {
        match self.try_connect(path, headers).await {
            Err(Error::Http(response)) => response.status().as_u16(),
            Ok(_) => 101,
            Err(error) => panic!("{error}"),
        }
    }

    async fn ticket(&self, token: &str, path: &str) -> String {
        let reply = self
            .world
            .post("/api/v1/auth/ws-ticket", token, json!({"path": path}))
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.json["expires_in"], 30);
        reply.json["ticket"].as_str().unwrap().to_owned()
    }

    async fn import(&self, token: &str) -> String {
        let path = self.world.shop();
        let body = json!({"local_path": path});
        let reply = self.world.post("/api/v1/import/start", token, body).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json["job_id"].as_str().unwrap().to_owned()
    }
}

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn say(&mut self, text: &str) {
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    async fn next(&mut self) -> Option<Message> {
        loop {
            match timeout(SOON, self.0.next()).await.expect("in time")? {
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                Ok(message) => return Some(message),
                Err(_) => return None,
            }
        }
    }

    async fn hear(&mut self) -> Value {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(text.as_str()).unwrap(),
            other => panic!("a text is expected, not {other:?}"),
        }
    }

    /// What comes until it is closed, and the code of that.
    async fn end(&mut self) -> (Vec<Value>, u16) {
        let mut heard = Vec::new();
        loop {
            match self.next().await {
                Some(Message::Text(text)) => {
                    heard.push(serde_json::from_str(text.as_str()).unwrap());
                }
                Some(Message::Close(Some(frame))) => return (heard, frame.code.into()),
                other => panic!("a text or an end is expected, not {other:?}, after {heard:?}"),
            }
        }
    }

    /// What comes until something of a kind has.
    async fn until(&mut self, kind: &str) -> Vec<Value> {
        let mut heard = Vec::new();
        loop {
            let value = self.hear().await;
            let is_last = value["type"] == kind;
            heard.push(value);
            if is_last {
                return heard;
            }
        }
    }
}

#[tokio::test]
async fn who_proves_nothing_is_closed_out() {
    let open = Open::with(|_| {}).await;
    let viewer = open.world.token("vera", Role::Viewer).await;
    for bad in ["nonsense", "a.b.c", "rak_nothing"] {
        let (heard, code) = open.connect("/ws/notifications", bad).await.end().await;
        assert_eq!(code, 4001, "{heard:?}");
        assert_eq!(heard[0]["type"], "error");
    }
    let in_query = format!("/ws/notifications?token={viewer}");
    let mut client = open.try_connect(&in_query, &[]).await.unwrap();
    assert_eq!(client.hear().await["type"], "connected");
    // A viewer asks nothing.
    let (heard, code) = open.connect("/ws/chat", &viewer).await.end().await;
    assert_eq!((code, heard[0]["type"].as_str()), (4003, Some("error")));
    for unknown in ["1", "01930000-0000-7000-8000-00000000ffff"] {
        let path = format!("/ws/jobs/{unknown}");
        let (_, code) = open.connect(&path, &viewer).await.end().await;
        assert_eq!(code, 4004);
    }
    // The token may come by subprotocol, or when it is asked for.
    let protocol = format!("bearer, {viewer}");
    let protocol = [("sec-websocket-protocol", protocol.as_str())];
    let mut client = open
        .try_connect("/ws/notifications", &protocol)
        .await
        .unwrap();
    assert_eq!(client.hear().await["type"], "connected");
    let mut client = open
        .try_connect("/api/v1/ws/notifications", &[])
        .await
        .unwrap();
    assert_eq!(client.hear().await["type"], "auth_required");
    client
        .say(&json!({"type": "auth", "payload": {"token": viewer}}).to_string())
        .await;
    assert_eq!(client.hear().await["type"], "authenticated");
    assert_eq!(client.hear().await["type"], "connected");
    let mut client = open.try_connect("/v1/ws/notifications", &[]).await.unwrap();
    client.hear().await;
    client.say("{\"type\": \"ping\"}").await;
    assert_eq!(client.end().await.1, 4001);
}

#[tokio::test]
async fn pages_of_others_and_plain_requests_are_refused() {
    let open = Open::with(|config| {
        config.api.cors_origins = vec!["https://app.example.org".into()];
    })
    .await;
    let token = open.world.token("anna", Role::Analyst).await;
    let path = format!("/ws/chat?token={token}");
    let own = format!("http://{}", open.address);
    assert_eq!(open.status(&path, &[("origin", &own)]).await, 101);
    assert_eq!(
        open.status(&path, &[("origin", "https://app.example.org")])
            .await,
        101
    );
    for foreign in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(
            open.status(&path, &[("origin", foreign)]).await,
            403,
            "{foreign}"
        );
    }
    let request = Request::get("/ws/chat").body(Body::empty()).unwrap();
    open.world
        .request(request)
        .await
        .assert_error(400, "BAD_REQUEST");
}

#[tokio::test]
async fn a_ticket_opens_one_socket_once() {
    let open = Open::with(|config| config.live.token_in_query = false).await;
    let token = open.world.token("anna", Role::Analyst).await;
    let ticket = open.ticket(&token, "/api/v1/ws/chat").await;
    let path = format!("/ws/chat?ticket={ticket}");
    let mut client = open.try_connect(&path, &[]).await.unwrap();
    assert_eq!(client.hear().await["type"], "connected");
    let again = open.try_connect(&path, &[]).await.unwrap().end().await;
    assert_eq!(again.1, 4001);
    // For another path it is no ticket, and used.
    let ticket = open.ticket(&token, "/ws/notifications").await;
    for code in [4003, 4001] {
        let path = format!("/ws/chat?ticket={ticket}");
        assert_eq!(
            open.try_connect(&path, &[]).await.unwrap().end().await.1,
            code
        );
    }
    // For one job it is none for another.
    let [one, other] = [
        "01930000-0000-7000-8000-00000000aaaa",
        "01930000-0000-7000-8000-00000000bbbb",
    ];
    let ticket = open.ticket(&token, &format!("/ws/jobs/{one}")).await;
    let path = format!("/ws/jobs/{other}?ticket={ticket}");
    assert_eq!(
        open.try_connect(&path, &[]).await.unwrap().end().await.1,
        4003
    );
    let in_query = format!("/ws/chat?token={token}");
    assert_eq!(
        open.try_connect(&in_query, &[])
            .await
            .unwrap()
            .end()
            .await
            .1,
        4001
    );
    let world = &open.world;
    for bad in [json!({"path": "/ws/other"}), json!({}), json!({"path": 1})] {
        let reply = world.post("/api/v1/auth/ws-ticket", &token, bad).await;
        reply.assert_error(422, "VALIDATION_ERROR");
    }
    let nobody = world.post("/api/v1/auth/ws-ticket", "", json!({"path": "/ws/chat"}));
    nobody.await.assert_error(401, "UNAUTHORIZED");
}

#[tokio::test]
async fn messages_that_are_none_and_too_many_or_too_large() {
    let open = Open::with(|config| config.live.message_bytes = 1000).await;
    let token = open.world.token("anna", Role::Analyst).await;
    let mut client = open.greeted("/ws/chat", &token).await;
    for (bad, error) in [
        ("nonsense", "no JSON"),
        ("[]", "no JSON object"),
        ("{}", "no 'type'"),
        ("{\"type\": \"nothing\"}", "no type 'nothing'"),
    ] {
        client.say(bad).await;
        let told = client.hear().await;
        assert_eq!(told["type"], "error");
        let text = told["payload"]["error"].as_str().unwrap();
        assert!(text.contains(error), "{text}");
    }
    client
        .say("{\"type\": \"ping\", \"request_id\": \"p1\"}")
        .await;
    let pong = client.hear().await;
    assert_eq!(
        (pong["type"].as_str(), pong["request_id"].as_str()),
        (Some("pong"), Some("p1"))
    );
    client.say("{\"type\": \"query\"}").await;
    let told = client.hear().await;
    assert_eq!(told["type"], "chat.error");
    assert_eq!(told["payload"]["error"], "the message has no 'query'");
    client.say(&"x".repeat(1001)).await;
    assert_eq!(client.end().await.1, 1009);
    // Eleven at once are one too many.
    let mut client = open.greeted("/ws/chat", &token).await;
    for _ in 0..30 {
        // The server may have closed before the last is out.
        let _ = client
            .0
            .feed(Message::Text("{\"type\": \"ping\"}".into()))
            .await;
    }
    let _ = client.0.flush().await;
    let (heard, code) = client.end().await;
    assert_eq!(code, 1008, "{heard:?}");
    let pongs = heard.iter().filter(|told| told["type"] == "pong").count();
    assert!((10..30).contains(&pongs), "{pongs}");
    let mut client = open.greeted("/ws/chat", &token).await;
    client
        .0
        .send(Message::Binary(vec![0].into()))
        .await
        .unwrap();
    assert_eq!(client.end().await.1, 1003);
}

#[tokio::test]
async fn five_sockets_for_each_user() {
    let open = Open::with(|_| {}).await;
    let anna = open.world.token("anna", Role::Analyst).await;
    let boris = open.world.token("boris", Role::Analyst).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(open.greeted("/ws/chat", &anna).await);
    }
    let (heard, code) = open.connect("/ws/notifications", &anna).await.end().await;
    assert_eq!((code, heard.len()), (1008, 1), "{heard:?}");
    open.greeted("/ws/chat", &boris).await;
    // A place is free once its socket is closed.
    let mut one = held.pop().unwrap();
    one.0.close(None).await.unwrap();
    while one.next().await.is_some() {}
    open.greeted("/ws/chat", &anna).await;
}

#[tokio::test]
async fn a_socket_ends_with_the_login_and_with_the_right() {
    let open = Open::with(|_| {}).await;
    let user = open.world.user("anna", Role::Analyst).await;
    let token = open.world.login("anna").await;
    let other = open.world.login("anna").await;
    let mut chat = open.greeted("/ws/chat", &token).await;
    let mut kept = open.greeted("/ws/chat", &other).await;
    let reply = open
        .world
        .post("/api/v1/auth/logout", &token, json!({}))
        .await;
    assert!(reply.status.is_success(), "{reply:?}");
    let since = std::time::Instant::now();
    let (heard, code) = chat.end().await;
    assert_eq!(code, 4001);
    assert_eq!(heard.last().unwrap()["type"], "disconnected");
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "{:?}",
        since.elapsed()
    );
    let mut tx = open.world.db.begin().await.unwrap();
    let now = jiff::Timestamp::now();
    tx.users()
        .set_role(user.id, Role::Viewer, true, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(kept.end().await.1, 4003);
}

#[tokio::test]
async fn who_is_idle_is_closed_and_a_stop_closes_all() {
    let open = Open::with(|config| config.live.idle_seconds = 1).await;
    let token = open.world.token("anna", Role::Analyst).await;
    let (heard, code) = open.greeted("/ws/chat", &token).await.end().await;
    assert_eq!(code, 1000);
    assert_eq!(heard.last().unwrap()["payload"]["reason"], "idle");
    let mut open = Open::with(|_| {}).await;
    let token = open.world.token("anna", Role::Analyst).await;
    let mut client = open.greeted("/ws/notifications", &token).await;
    open.world.state.close();
    assert_eq!(client.end().await.1, 1001);
    open.door.take().unwrap().close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_followed_to_its_end_and_answers_come_in_pieces() {
    let open = Open::new(World::whole().await);
    let token = open.world.token("anna", Role::Admin).await;
    let mut news = open.greeted("/ws/notifications", &token).await;
    let job = open.import(&token).await;
    let mut client = open
        .greeted(&format!("/api/v1/ws/jobs/{job}"), &token)
        .await;
    let (heard, code) = client.end().await;
    assert_eq!(code, 1000);
    assert_eq!(heard[0]["type"], "job.started");
    assert_eq!(
        heard[0]["payload"],
        json!({"job_id": job, "status": "subscribed"})
    );
    let mut last = 0;
    for told in heard.iter().filter(|told| told["type"] == "job.progress") {
        let progress = told["payload"]["progress"].as_u64().unwrap();
        assert!(progress >= last, "{heard:?}");
        last = progress;
    }
    let done = heard
        .iter()
        .find(|told| told["type"] == "job.completed")
        .unwrap();
    assert!(
        done["payload"]["result"]["project_id"].is_string(),
        "{done}"
    );
    let told = news.hear().await;
    assert_eq!(told["type"], "notification");
    assert_eq!(told["payload"]["level"], "success");
    // One that is over says so at once.
    let mut late = open.greeted(&format!("/ws/jobs/{job}"), &token).await;
    let (heard, _) = late.end().await;
    assert_eq!(heard[1]["type"], "job.completed");

    let mut chat = open.greeted("/ws/chat", &token).await;
    chat.say("{\"type\": \"query\", \"query\": \"Where is Store.find defined?\", \"request_id\": \"q1\"}")
        .await;
    let heard = chat.until("chat.done").await;
    assert_eq!(heard[0]["type"], "chat.scenario", "{heard:?}");
    assert!(heard.iter().all(|told| told["request_id"] == "q1"));
    let text: String = heard
        .iter()
        .filter(|told| told["type"] == "chat.chunk")
        .filter_map(|told| told["payload"]["content"].as_str())
        .collect();
    let whole = heard
        .iter()
        .find(|told| told["type"] == "chat.response")
        .unwrap();
    assert_eq!(
        whole["payload"]["answer"].as_str().unwrap().trim_end(),
        text
    );
    assert!(!whole["payload"]["evidence"].as_array().unwrap().is_empty());
    let session = whole["payload"]["session_id"].clone();
    let next =
        json!({"type": "chat.query", "payload": {"query": "Who calls it?", "session_id": session}});
    chat.say(&next.to_string()).await;
    chat.say(&next.to_string()).await;
    let heard = chat.until("chat.done").await;
    let busy = heard
        .iter()
        .filter(|told| told["type"] == "chat.error")
        .count();
    assert_eq!(busy, 1, "one at a time: {heard:?}");
}

/// A job outlives whoever follows it: who comes again hears how far it is, never less than before, and its end.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_again_hears_the_rest_of_a_job() {
    let open = Open::new(World::whole().await);
    let token = open.world.token("anna", Role::Admin).await;
    let body = "def f(a):\n    return a\n".repeat(400);
    for file in 0..60 {
        open.world.source(&format!("shop/m{file}.py"), &body);
    }
    let job = open.import(&token).await;
    let path = format!("/ws/jobs/{job}");
    let (mut last, mut connections) = (0, 0);
    let done = 'all: loop {
        let mut client = timeout(SOON, open.admitted(&path, &token))
            .await
            .expect("there is a place");
        connections += 1;
        // Started, and one word more: then it is gone without a goodbye.
        for _ in 0..2 {
            let told = client.hear().await;
            match told["type"].as_str().unwrap() {
                "job.started" => {}
                "job.progress" => {
                    let progress = told["payload"]["progress"].as_u64().unwrap();
                    assert!(progress >= last, "{progress} after {last}");
                    last = progress;
                }
                "job.completed" => break 'all told,
                _ => panic!("{told}"),
            }
        }
    };
    assert_eq!(done["payload"]["job_id"], job.as_str());
    assert!(connections > 1, "the job was over before anybody went");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_gives_its_place_back() {
    let mut start = Start {
        plugins: true,
        ..Start::default()
    };
    start.config.live.patience_seconds = 1;
    let open = Open::new(World::with(start).await);
    let token = open.world.token("anna", Role::Admin).await;
    let job = open.import(&token).await;
    open.greeted(&format!("/ws/jobs/{job}"), &token)
        .await
        .until("job.completed")
        .await;
    // All five places come back, whoever left and however: without a goodbye, in the middle of an answer.
    for round in 0..3 {
        let mut held = Vec::new();
        for _ in 0..5 {
            let mut client = timeout(SOON, open.admitted("/ws/chat", &token))
                .await
                .expect("places come back");
            client
                .say("{\"type\": \"query\", \"query\": \"Where is Store.find defined?\"}")
                .await;
            if round == 0 {
                client.hear().await;
            }
            held.push(client);
        }
        drop(held);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_have_places() {
    let open = Open::with(|config| config.live.per_user = 0).await;
    let token = open.world.token("anna", Role::Analyst).await;
    let body = json!({"query": "Where is main?"});
    let reply = open.world.post("/api/v1/chat/stream", &token, body).await;
    reply.assert_error(429, "RATE_LIMIT_EXCEEDED");
    assert_eq!(reply.header("retry-after"), "1");
}
