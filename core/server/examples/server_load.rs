//! Asks a running server for a path again and again, over connections that stay open, and prints how long it took as JSON.
//!
//! `server_load ADDRESS PATH TOKEN CONNECTIONS SECONDS EACH_MS`; `-` is no token, 0 is as fast as answers come. Where each connection
//! asks on a schedule, an answer's time counts from when it was to be asked: a stall shows in all that it holds up. `benches/server` runs it.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[derive(Clone)]
struct Load {
    address: String,
    request: String,
    until: Instant,
    /// Between two questions of a connection; none is as fast as answers come.
    each: Duration,
}

#[derive(Default)]
struct Seen {
    /// Nanoseconds of each answer.
    times: Vec<u64>,
    statuses: BTreeMap<u16, u64>,
    broken: u64,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, path, token, connections, seconds, each] = arguments.as_slice() else {
        return Err(io::Error::other(
            "server_load ADDRESS PATH TOKEN CONNECTIONS SECONDS EACH_MS",
        ));
    };
    let number = |text: &str| text.parse::<u64>().map_err(io::Error::other);
    let authorization = match token.as_str() {
        "-" => String::new(),
        token => format!("authorization: Bearer {token}\r\n"),
    };
    let seconds = number(seconds)?;
    let load = Load {
        address: address.clone(),
        request: format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{authorization}\r\n"),
        until: Instant::now() + Duration::from_secs(seconds),
        each: Duration::from_millis(number(each)?),
    };
    let threads: Vec<_> = (0..number(connections)?)
        .map(|_| {
            let load = load.clone();
            std::thread::spawn(move || ask(&load))
        })
        .collect();
    let mut all = Seen::default();
    for thread in threads {
        let seen = thread
            .join()
            .map_err(|_| io::Error::other("a thread panicked"))?;
        all.times.extend(seen.times);
        all.broken += seen.broken;
        for (status, count) in seen.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
    }
    all.times.sort_unstable();
    let at = |part: f64| {
        let last = all.times.len().saturating_sub(1);
        let index = ((all.times.len() as f64 * part) as usize).min(last);
        all.times.get(index).map_or(0.0, |&time| time as f64 / 1e6)
    };
    let result = serde_json::json!({
        "requests": all.times.len(),
        "per_second": all.times.len() as f64 / seconds as f64,
        "p50_ms": at(0.5),
        "p99_ms": at(0.99),
        "max_ms": at(1.0),
        "statuses": all.statuses,
        "broken": all.broken,
    });
    writeln!(io::stdout(), "{result}")
}

/// Asks until the time is over; a connection that breaks is opened anew, and counted.
fn ask(load: &Load) -> Seen {
    let mut seen = Seen::default();
    while Instant::now() < load.until {
        let Ok(stream) = TcpStream::connect(&load.address) else {
            seen.broken += 1;
            continue;
        };
        if ask_over(load, stream, &mut seen).is_err() {
            seen.broken += 1;
        }
    }
    seen
}

fn ask_over(load: &Load, mut stream: TcpStream, seen: &mut Seen) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut due = Instant::now();
    while Instant::now() < load.until {
        let began = if load.each.is_zero() {
            Instant::now()
        } else {
            due
        };
        stream.write_all(load.request.as_bytes())?;
        let status = read(&mut reader)?;
        seen.times
            .push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
        *seen.statuses.entry(status).or_default() += 1;
        due += load.each;
        wait_until(due);
    }
    Ok(())
}

/// The pace of questions, which is what is measured.
#[expect(
    clippy::disallowed_methods,
    reason = "waiting is what a probe does between two questions"
)]
fn wait_until(due: Instant) {
    let left = due.saturating_duration_since(Instant::now());
    if !left.is_zero() {
        std::thread::sleep(left);
    }
}

/// Reads an answer: its status.
fn read(reader: &mut BufReader<TcpStream>) -> io::Result<u16> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|text| text.parse().ok());
    let status = status.ok_or_else(|| io::Error::other("no status"))?;
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let header = line.trim();
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    io::copy(&mut reader.take(length), &mut io::sink())?;
    Ok(status)
}
