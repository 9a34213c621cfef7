//! The one request that the proxy understands.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest request head.
const MOST_BYTES: usize = 8 * 1024;

/// What a client asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// `host:port`, as it was written.
    pub(super) authority: String,
    /// The value of the header that holds the credential.
    pub(super) authorization: Option<String>,
}

/// Says why a request is not answered with a tunnel.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadRequest {
    /// It is not HTTP, or longer than it may be.
    Malformed,
    /// It asks for something else than a tunnel.
    Method,
}

/// Reads the head of a request byte by byte up to its empty line, so that nothing of what follows is taken.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
) -> io::Result<Result<Request, BadRequest>> {
    let mut head = Vec::with_capacity(512);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == MOST_BYTES {
            return Ok(Err(BadRequest::Malformed));
        }
        head.push(stream.read_u8().await?);
    }
    Ok(parse(&head))
}

fn parse(head: &[u8]) -> Result<Request, BadRequest> {
    let head = std::str::from_utf8(head).map_err(|_| BadRequest::Malformed)?;
    let mut lines = head.split("\r\n");
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (method, authority, version) = (words.next(), words.next(), words.next());
    let (Some(method), Some(authority), Some(version), None) =
        (method, authority, version, words.next())
    else {
        return Err(BadRequest::Malformed);
    };
    if !matches!(version, "HTTP/1.1" | "HTTP/1.0") {
        return Err(BadRequest::Malformed);
    }
    if method != "CONNECT" {
        return Err(BadRequest::Method);
    }
    let mut authorization = None;
    for line in lines.filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(BadRequest::Malformed)?;
        if name.eq_ignore_ascii_case("proxy-authorization")
            && authorization.replace(value.trim().to_owned()).is_some()
        {
            return Err(BadRequest::Malformed);
        }
    }
    Ok(Request {
        authority: authority.to_owned(),
        authorization,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads() {
        let good = parse(b"CONNECT a.example:443 HTTP/1.1\r\nHost: b\r\nproxy-authorization:  Basic eA== \r\n\r\n");
        let expected = Request {
            authority: "a.example:443".to_owned(),
            authorization: Some("Basic eA==".to_owned()),
        };
        assert_eq!(good, Ok(expected));
        let cases: [(&[u8], BadRequest); 8] = [
            (b"GET http://a.example/ HTTP/1.1\r\n\r\n", BadRequest::Method),
            (b"connect a:443 HTTP/1.1\r\n\r\n", BadRequest::Method),
            (b"CONNECT a:443\r\n\r\n", BadRequest::Malformed),
            (b"CONNECT a:443 HTTP/2\r\n\r\n", BadRequest::Malformed),
            (b"CONNECT a:443 HTTP/1.1 x\r\n\r\n", BadRequest::Malformed),
            (b"CONNECT a:443 HTTP/1.1\r\nno colon\r\n\r\n", BadRequest::Malformed),
            (
                b"CONNECT a:443 HTTP/1.1\r\nProxy-Authorization: a\r\nProxy-Authorization: b\r\n\r\n",
                BadRequest::Malformed,
            ),
            (b"\xff\xfe\r\n\r\n", BadRequest::Malformed),
        ];
        for (head, expected) in cases {
            assert_eq!(
                parse(head),
                Err(expected),
                "{}",
                String::from_utf8_lossy(head)
            );
        }
    }
}
