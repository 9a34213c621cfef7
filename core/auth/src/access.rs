//! Access tokens: signed, short-lived, naming a login.

use codegraph_model::{LoginId, Role, UserId};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::secret::{SigningSecret, random_text};

const ISSUER: &str = "codegraph";
const AUDIENCE: &str = "codegraph-api";
const KIND: &str = "access";
/// No token of ours is longer; what is longer is not even looked at.
const LONGEST: usize = 4096;

/// What a token says. Role and scopes are for the client's eye: the server looks the owner up.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    #[serde(rename = "type")]
    kind: String,
    sub: UserId,
    sid: LoginId,
    jti: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    role: Role,
    scopes: Vec<String>,
}

/// Signs and reads access tokens: HMAC-SHA-256 and nothing else.
#[derive(Clone)]
pub(crate) struct AccessTokens {
    signing: EncodingKey,
    checking: DecodingKey,
    life: SignedDuration,
}

impl AccessTokens {
    pub(crate) fn new(secret: &SigningSecret, life: SignedDuration) -> Self {
        let key = secret.derive("codegraph 2026 access tokens");
        Self {
            signing: EncodingKey::from_secret(&key),
            checking: DecodingKey::from_secret(&key),
            life,
        }
    }

    pub(crate) fn life(&self) -> SignedDuration {
        self.life
    }

    pub(crate) fn sign(
        &self,
        user: UserId,
        role: Role,
        login: LoginId,
        now: Timestamp,
    ) -> Option<String> {
        let second = now.as_second();
        let scopes = role.permissions().iter();
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            kind: KIND.into(),
            sub: user,
            sid: login,
            jti: random_text(16).ok()?,
            iat: second,
            nbf: second,
            exp: second + self.life.as_secs(),
            role,
            scopes: scopes.map(|scope| scope.text().to_owned()).collect(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing).ok()
    }

    /// Gives the login that a token names, where the token is ours and its time is now.
    pub(crate) fn read(&self, token: &str, now: Timestamp) -> Option<(UserId, LoginId)> {
        if token.len() > LONGEST {
            return None;
        }
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[ISSUER]);
        // Times are checked below: by the clock that was passed in, and as whole numbers of the right type.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.checking, &validation)
            .ok()?
            .claims;
        let second = now.as_second();
        let is_now = claims.nbf <= second && claims.iat <= second && second < claims.exp;
        // A clock that was set back must not make a token live longer than it may.
        let is_short = claims.exp - claims.iat <= self.life.as_secs();
        (claims.kind == KIND && is_now && is_short).then_some((claims.sub, claims.sid))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;

    fn secret(text: &str) -> SigningSecret {
        SigningSecret::load(Some(&text.repeat(64)), Path::new("/nowhere")).unwrap()
    }

    fn tokens() -> AccessTokens {
        AccessTokens::new(&secret("s"), SignedDuration::from_mins(30))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn token() -> (String, UserId, LoginId) {
        let (user, login) = (UserId::new(at(0)), LoginId::new(at(0)));
        let token = tokens().sign(user, Role::Analyst, login, at(0)).unwrap();
        (token, user, login)
    }

    /// The token with other claims, signed as ours are.
    fn signed(change: impl FnOnce(&mut Value)) -> String {
        let (token, ..) = token();
        let claims = token.split('.').nth(1).unwrap();
        let mut claims: Value =
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        change(&mut claims);
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &tokens().signing).unwrap()
    }

    #[test]
    fn is_read_while_it_lives() {
        let (token, user, login) = token();
        assert_eq!(tokens().read(&token, at(0)), Some((user, login)));
        assert_eq!(tokens().read(&token, at(1799)), Some((user, login)));
        for second in [-1, 1800, 100_000] {
            assert_eq!(tokens().read(&token, at(second)), None, "{second}");
        }
    }

    #[test]
    fn a_signature_of_another_secret_is_none() {
        let other = AccessTokens::new(&secret("t"), SignedDuration::from_mins(30));
        assert_eq!(other.read(&token().0, at(0)), None);
    }

    #[test]
    fn each_byte_counts() {
        let (token, ..) = token();
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            // The last character of base64 has bits that decode to nothing; a strict decoder refuses them as well.
            assert_eq!(tokens().read(&changed, at(0)), None, "byte {place}");
        }
    }

    #[test]
    fn headers_that_choose_their_algorithm_are_none() {
        let (token, ..) = token();
        let parts: Vec<&str> = token.split('.').collect();
        for header in [
            json!({"alg": "none"}),
            json!({"alg": "None", "typ": "JWT"}),
            json!({"alg": "nOnE"}),
            json!({"alg": "HS512"}),
            json!({"alg": "RS256"}),
            json!({"alg": "ES256"}),
            json!({"alg": ["HS256"]}),
            json!({"alg": null}),
            json!({}),
        ] {
            let header = URL_SAFE_NO_PAD.encode(header.to_string());
            for signature in ["", parts[2], "AAAA"] {
                let forged = format!("{header}.{}.{signature}", parts[1]);
                assert_eq!(tokens().read(&forged, at(0)), None, "{forged}");
            }
        }
        for text in [
            "",
            ".",
            "..",
            "a.b.c",
            &parts[..2].join("."),
            &format!("{token}.{}", parts[2]),
        ] {
            assert_eq!(tokens().read(text, at(0)), None, "{text}");
        }
        assert_eq!(tokens().read(&"x".repeat(1 << 20), at(0)), None);
    }

    #[test]
    fn claims_of_another_kind_type_or_time_are_none() {
        let changes: Vec<(&str, Value)> = vec![
            ("type", json!("refresh")),
            ("type", Value::Null),
            ("aud", json!("another")),
            ("aud", json!(["another"])),
            ("iss", json!("another")),
            ("exp", json!("1800000900")),
            ("exp", json!(1_800_000_900.5)),
            ("exp", Value::Null),
            ("exp", json!(1_800_000_000)),
            ("exp", json!(1_800_086_400)),
            ("exp", json!(1e300)),
            ("nbf", json!(1_800_000_600)),
            ("nbf", json!("x")),
            ("iat", json!(1_800_000_600)),
            ("sub", json!("admin")),
            ("sub", json!("' OR 1=1 --")),
            ("sub", json!({"a": 1})),
            ("sid", json!("")),
            ("role", json!("root")),
        ];
        for (claim, value) in changes {
            let token = signed(|claims| claims[claim] = value.clone());
            assert_eq!(tokens().read(&token, at(1)), None, "{claim} {value}");
        }
        for claim in [
            "exp", "nbf", "iat", "iss", "aud", "sub", "sid", "type", "jti",
        ] {
            let token = signed(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
            assert_eq!(tokens().read(&token, at(1)), None, "without {claim}");
        }
        assert!(tokens().read(&signed(|_| {}), at(1)).is_some());
    }
}
