//! Sentences in one language.

mod limits;

use std::fmt::Write as _;

use crate::point::{Check, Entry, Kind, Place, Trust};
use crate::report::Report;

/// Words of a language.
pub(crate) struct Words {
    russian: bool,
}

impl Words {
    pub(crate) fn of(russian: bool) -> Self {
        Self { russian }
    }

    fn pick(&self, en: &'static str, ru: &'static str) -> &'static str {
        if self.russian { ru } else { en }
    }

    pub(crate) fn title(&self, kind: Kind) -> String {
        let (en, ru) = match kind {
            Kind::Route => ("HTTP routes", "Маршруты HTTP"),
            Kind::Listener => ("Network listeners", "Приём соединений"),
            Kind::Command => ("Commands", "Команды"),
            Kind::Main => ("Starts of programs", "Начала программ"),
            Kind::Handler => ("Handlers", "Обработчики"),
            Kind::Job => ("Jobs", "Задачи"),
            Kind::Export => ("Exported", "Экспорт"),
        };
        self.pick(en, ru).to_owned()
    }

    pub(crate) fn column(&self, kind: Kind) -> String {
        let (en, ru) = match kind {
            Kind::Route => ("route", "маршрут"),
            Kind::Command => ("command", "команда"),
            _ => ("what", "что"),
        };
        self.pick(en, ru).to_owned()
    }

    pub(crate) fn code(&self) -> String {
        self.pick("code", "код").to_owned()
    }

    pub(crate) fn trust_column(&self) -> String {
        self.pick("open to", "доступно").to_owned()
    }

    pub(crate) fn checks(&self) -> String {
        self.pick("checks before", "проверки до работы").to_owned()
    }

    pub(crate) fn calls(&self) -> String {
        self.pick("calls between", "вызовов между").to_owned()
    }

    fn level(&self, trust: Trust) -> &'static str {
        match trust {
            Trust::Network => self.pick("network", "сеть"),
            Trust::Local => self.pick("local user", "локальный пользователь"),
            Trust::Internal => self.pick("internal", "внутренний код"),
        }
    }

    pub(crate) fn trust(&self, entry: &Entry) -> String {
        self.level(entry.trust).to_owned()
    }

    pub(crate) fn name(&self, entry: &Entry) -> String {
        let mut text = String::new();
        if !entry.verbs.is_empty() {
            let verbs: Vec<&str> = entry
                .verbs
                .iter()
                .map(|verb| {
                    if verb == "*" {
                        self.pick("any", "любой")
                    } else {
                        verb
                    }
                })
                .collect();
            let _ = write!(text, "{} ", verbs.join(", "));
        }
        if entry.name.is_empty() {
            text.push_str(match entry.kind {
                Kind::Route => self.pick("(path not seen)", "(путь не виден)"),
                _ => &entry.library,
            });
        } else {
            text.push_str(&code(&entry.name));
            if entry.name_unknown {
                text.push_str(self.pick(" (computed)", " (вычисляется)"));
            }
        }
        if entry.kind != Kind::Export && !entry.name.is_empty() {
            let _ = write!(text, " · {}", entry.library);
        }
        text
    }

    pub(crate) fn handler(entry: &Entry) -> String {
        entry.handler.as_ref().map_or_else(
            || at(&entry.place),
            |handler| {
                let short = handler
                    .name
                    .rsplit(['.', ':'])
                    .next()
                    .unwrap_or(&handler.name);
                let parameters = handler.parameters.join(", ");
                format!(
                    "{} {}",
                    code(&format!("{short}({parameters})")),
                    at(&handler.place)
                )
            },
        )
    }

    pub(crate) fn checks_of(&self, entry: &Entry) -> String {
        if entry.kind == Kind::Export || entry.kind == Kind::Command || entry.kind == Kind::Main {
            return "—".to_owned();
        }
        if entry.checks.is_empty() {
            return self.pick("none seen", "не видно").to_owned();
        }
        let checks: Vec<String> = entry
            .checks
            .iter()
            .take(4)
            .map(|check| self.check(check))
            .collect();
        let mut text = checks.join("; ");
        if entry.checks.len() > 4 {
            let _ = write!(text, "; +{}", entry.checks.len() - 4);
        }
        text
    }

    fn check(&self, check: &Check) -> String {
        let kind = match check.kind.as_str() {
            "authentication" => self.pick("authentication", "аутентификация"),
            "authorization" => self.pick("authorization", "авторизация"),
            "csrf" => "CSRF",
            "rate" => self.pick("rate limit", "ограничение частоты"),
            "validation" => self.pick("validation", "проверка запроса"),
            _ => self.pick("may refuse", "может отказать"),
        };
        let how = match check.how {
            "decorator" => self.pick("decorator", "декоратор"),
            "class" => self.pick("base class", "базовый класс"),
            "attribute" => self.pick("class attribute", "атрибут класса"),
            "dependency" => self.pick("dependency", "зависимость"),
            "before" => self.pick("runs before each request", "выполняется до каждого запроса"),
            "branch" => self.pick("branch", "ветвление"),
            _ => self.pick("call", "вызов"),
        };
        let mut text = format!("{kind}: {how} {} {}", code(&check.name), at(&check.place));
        if let Some(refuses) = check
            .refuses
            .as_ref()
            .filter(|refuses| **refuses != check.place)
        {
            let _ = write!(text, " → {}", at(refuses));
        }
        if !check.always {
            text.push_str(self.pick(" (not on every way)", " (не на каждом пути)"));
        }
        text
    }

    pub(crate) fn head(&self, report: &Report<'_>) -> String {
        let place = report.topic.path.as_ref().map_or_else(String::new, |path| {
            format!("{} {}", self.pick(" in", " в"), code(path))
        });
        let what = match (&report.topic.symbol, report.topic.unchecked) {
            (Some(symbol), _) => format!(
                "{} {}",
                self.pick("Entry points that lead to", "Точки входа, которые ведут к"),
                code(symbol)
            ),
            (None, true) => self
                .pick(
                    "Entry points without a check that stands on every way",
                    "Точки входа без проверки на каждом пути",
                )
                .to_owned(),
            (None, false) => self.pick("Entry points", "Точки входа").to_owned(),
        };
        if report
            .target
            .as_ref()
            .is_some_and(|target| target.targets.is_empty())
        {
            return format!(
                "{} {}.\n\n",
                self.pick("The graph has no function", "В графе нет функции"),
                code(report.topic.symbol.as_deref().unwrap_or_default())
            );
        }
        if report.entries.is_empty() {
            return format!(
                "{what}{place}: {}.\n\n",
                self.pick("none seen", "не найдены")
            );
        }
        let mut text = format!("**{what}{place}: {}**", report.entries.len());
        let mut separator = " — ";
        for kind in Kind::ALL {
            let many = report
                .entries
                .iter()
                .filter(|entry| entry.kind == kind)
                .count();
            if many > 0 {
                let _ = write!(
                    text,
                    "{separator}{} {many}",
                    self.title(kind).to_lowercase()
                );
                separator = ", ";
            }
        }
        text.push_str(".\n\n");
        for trust in [Trust::Network, Trust::Local, Trust::Internal] {
            let open: Vec<&Entry> = report
                .entries
                .iter()
                .filter(|entry| entry.trust == trust)
                .collect();
            if open.is_empty() {
                continue;
            }
            let _ = write!(
                text,
                "- {} **{}**: {}",
                self.pick("Open to", "Доступно:"),
                self.level(trust),
                open.len()
            );
            let unchecked = open
                .iter()
                .filter(|entry| matches!(entry.kind, Kind::Route | Kind::Listener))
                .filter(|entry| !entry.checks.iter().any(|check| check.always))
                .count();
            if trust == Trust::Network && unchecked > 0 {
                let _ = write!(
                    text,
                    ", {} {unchecked}",
                    self.pick(
                        "without a check on every way that was seen:",
                        "без видимой проверки на каждом пути:"
                    )
                );
            }
            let mut reasons: Vec<&str> = open.iter().map(|entry| entry.reason.as_str()).collect();
            reasons.sort_unstable();
            reasons.dedup();
            let _ = writeln!(text, " ({})", reasons.join("; "));
        }
        text.push('\n');
        text
    }

    pub(crate) fn kind_head(&self, kind: Kind, entries: &[(usize, &Entry)]) -> String {
        format!("### {} ({})\n\n", self.title(kind), entries.len())
    }

    pub(crate) fn next(&self, report: &Report<'_>) -> Vec<String> {
        let mut next = Vec::new();
        let open = report
            .entries
            .iter()
            .find(|entry| entry.trust == Trust::Network);
        if !report.topic.unchecked && open.is_some() {
            next.push(
                self.pick(
                    "Which endpoints work without authentication?",
                    "Какие эндпоинты работают без аутентификации?",
                )
                .to_owned(),
            );
        }
        let handler = open
            .or(report.entries.first())
            .and_then(|entry| entry.handler.as_ref());
        if let Some(handler) = handler {
            let short = handler
                .name
                .rsplit(['.', ':'])
                .next()
                .unwrap_or(&handler.name);
            next.push(format!(
                "{} {}?",
                self.pick("What does", "Что вызывает"),
                {
                    let name = code(short);
                    if self.russian {
                        name
                    } else {
                        format!("{name} call")
                    }
                }
            ));
            if report.topic.path.is_none() {
                next.push(format!(
                    "{} {}",
                    self.pick("Security issues of", "Проблемы безопасности в"),
                    code(&handler.place.path)
                ));
            }
        }
        next
    }
}

fn at(place: &Place) -> String {
    format!("`{}:{}`", place.path, place.line)
}

/// A code span, whatever the text holds; parts of a text that are not known are dots.
fn code(text: &str) -> String {
    let mut line = String::new();
    for c in text.chars().take(120) {
        match c {
            '\u{fffc}' => line.push_str("{…}"),
            c if c.is_control() => line.push(' '),
            c => line.push(c),
        }
    }
    if line.contains('`') {
        format!("`` {line} ``")
    } else {
        format!("`{line}`")
    }
}
