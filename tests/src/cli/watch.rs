//! `codegraph watch`, from outside: what it does is waited for line by line.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::endings::signal;
use super::program::World;

/// A watch that runs, with its lines as they come.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
}

fn lines(of: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(of).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

#[track_caller]
fn wait_for(lines: &Receiver<String>, words: &str) -> String {
    loop {
        match lines.recv_timeout(Duration::from_mins(1)) {
            Ok(line) if line.contains(words) => return line,
            Ok(_) => {}
            Err(error) => panic!("no line with '{words}': {error}"),
        }
    }
}

impl Watching {
    fn start(world: &World, folder: &Path, options: &[&str]) -> Self {
        let arguments = [&["watch", folder.to_str().unwrap()], options].concat();
        let mut child = world
            .command(&arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self {
            child,
            lines: lines(out),
            errors: lines(err),
        }
    }

    /// The next line of results.
    #[track_caller]
    fn next(&self) -> String {
        self.lines
            .recv_timeout(Duration::from_mins(1))
            .expect("a line within a minute")
    }

    #[track_caller]
    fn ends_well_at(mut self, name: &str) {
        signal(&self.child, name);
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        let left: Vec<String> = self.lines.iter().collect();
        assert!(left.is_empty(), "nothing was left to tell: {left:?}");
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // Of a test that failed.
        let _ = self.child.kill();
    }
}

fn found(world: &World, question: &str) -> bool {
    world.json(&["ask", question])["found"] == true
}

#[test]
fn each_change_is_one_line_and_answers_follow() {
    let world = World::new();
    let shop = world.shop();
    let watching = Watching::start(&world, &shop, &["--project", "shop"]);
    let first = watching.next();
    assert!(
        first.starts_with("project 'shop': imported in full"),
        "{first}"
    );
    assert!(watching.next().contains("Ctrl-C ends it"));

    world.write("shop/shop/cart.py", "def remove(sku):\n    return sku\n");
    let line = watching.next();
    assert!(
        line.starts_with("1 changed: ") && line.ends_with(" nodes"),
        "{line}"
    );
    assert!(found(&world, "Where is remove defined?"));

    // A new folder is watched as well.
    world.write("shop/shop/db/rows.py", "def load():\n    pass\n");
    let line = watching.next();
    assert!(line.starts_with("1 added: "), "{line}");
    world.write("shop/shop/db/rows.py", "def store():\n    pass\n");
    let line = watching.next();
    assert!(line.starts_with("1 changed: "), "{line}");

    std::fs::rename(shop.join("shop/db"), shop.join("shop/base")).unwrap();
    let line = watching.next();
    assert!(line.starts_with("1 added, 1 removed: "), "{line}");
    world.write("shop/shop/base/rows.py", "def last():\n    pass\n");
    assert!(watching.next().starts_with("1 changed: "));
    assert!(found(&world, "Where is last defined?"));
    watching.ends_well_at("INT");
    assert_eq!(
        world.graphs().len(),
        2,
        "the one that was asked is kept for a while"
    );
    assert!(world.work_folders().is_empty());
}

#[test]
fn what_an_import_skips_wakes_nobody() {
    let world = World::new();
    let shop = world.shop();
    world.write(
        "shop/.git/HEAD",
        "0123456789abcdef0123456789abcdef01234567\n",
    );
    world.write("shop/.gitignore", "*.log\n");
    let watching = Watching::start(&world, &shop, &[]);
    wait_for(&watching.lines, "Ctrl-C ends it");
    world.write("shop/.git/index", "changed");
    world.write("shop/run.log", "one line");
    world.write("shop/node_modules/x/y.py", "def y():\n    pass\n");
    // Written as it was.
    world.write("shop/README.md", "# Shop\n");
    world.write("shop/shop/store.py", "class Store:\n    pass\n");
    // The skipped folder is listed from now on, which may be told on a line of its own; of the files only one is.
    let mut line = watching.next();
    if line.starts_with("no file changed: ") {
        line = watching.next();
    }
    assert!(line.starts_with("1 changed: "), "{line}");
    watching.ends_well_at("TERM");
}

#[test]
fn a_failure_is_told_and_it_goes_on() {
    let world = World::new();
    let shop = world.shop();
    let watching = Watching::start(&world, &shop, &[]);
    wait_for(&watching.lines, "Ctrl-C ends it");
    let away = world.path("away");
    std::fs::rename(&shop, &away).unwrap();
    wait_for(&watching.errors, "there is no folder");
    assert!(found(&world, "Where is Store.find defined?"));
    std::fs::write(away.join("shop/cart.py"), "def back():\n    pass\n").unwrap();
    std::fs::rename(&away, &shop).unwrap();
    assert!(watching.next().starts_with("1 changed: "));
    world.write("shop/shop/cart.py", "def again():\n    pass\n");
    assert!(watching.next().starts_with("1 changed: "));
    watching.ends_well_at("INT");
}

#[test]
fn each_import_is_a_line_of_json() {
    let world = World::new();
    let shop = world.shop();
    world.import(&shop, "shop");
    let watching = Watching::start(&world, &shop, &["--format", "json"]);
    let report = |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap();
    assert_eq!(report(&watching.next())["revision_is_new"], false);
    world.write("shop/shop/new.py", "x = 1\n");
    assert_eq!(report(&watching.next())["changes"]["added"], 1);
    watching.ends_well_at("INT");
}

#[test]
fn what_cannot_be_watched() {
    let world = World::new();
    std::fs::create_dir(world.path("empty")).unwrap();
    for (arguments, words) in [
        (vec!["watch", "nowhere"], "there is no folder"),
        (vec!["watch", "empty"], "there are no files to import"),
        (
            vec!["watch", "https://git.example.org/x"],
            "only a folder can be watched",
        ),
        (vec!["watch", ""], "the path is empty"),
        (vec!["watch"], "<PATH>"),
    ] {
        world.run(&arguments).assert_refused(words);
    }
}
