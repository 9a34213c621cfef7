//! What an answer could not see.

use std::fmt::Write as _;

use super::{Words, at};
use crate::report::{Report, gaps};

impl Words {
    pub(crate) fn foot(&self, report: &Report<'_>, tests: usize) -> String {
        let mut foot = String::new();
        let mut line = |text: String| {
            let _ = writeln!(foot, "- {text}");
        };
        let unseen = &report.found.unseen;
        if let Some(first) = unseen.first() {
            line(format!(
                "{} {} ({})",
                self.pick(
                    "Registered in a way that only a run can tell:",
                    "Регистрируется так, что видно только при выполнении:"
                ),
                unseen.len(),
                at(first)
            ));
        }
        let computed = report
            .entries
            .iter()
            .filter(|entry| entry.name_unknown)
            .count();
        if computed > 0 {
            line(format!(
                "{} {computed}",
                self.pick(
                    "Paths that are computed, shown as they are written:",
                    "Пути вычисляются и показаны, как написаны:"
                )
            ));
        }
        let by_name = report
            .entries
            .iter()
            .filter(|entry| entry.confidence < 0.75)
            .count();
        if by_name > 0 {
            line(format!(
                "{} {by_name}",
                self.pick(
                    "Known by the name of what registers them only:",
                    "Известны только по имени регистрирующей функции:"
                )
            ));
        }
        if tests > 0 {
            line(format!(
                "{} {tests}",
                self.pick("In tests, not listed:", "В тестах, не перечислены:")
            ));
        }
        if report.found.more > 0 {
            line(format!(
                "{} {}",
                self.pick("Beyond the limit of a question:", "Сверх предела вопроса:"),
                report.found.more
            ));
        }
        if report.found.cut {
            line(
                self.pick(
                    "A search ended by its budget: there may be more.",
                    "Поиск прекращён по исчерпании бюджета: может быть и другое.",
                )
                .to_owned(),
            );
        }
        if report.unguarded > 0 {
            line(format!(
                "{} {}",
                self.pick(
                    "Handlers whose bodies were not searched for checks:",
                    "Обработчики, тела которых не проверялись:"
                ),
                report.unguarded
            ));
        }
        if gaps() > 0 {
            line(format!(
                "{} {}",
                self.pick(
                    "Gaps of the analysis, which may hide entries:",
                    "Пробелы анализа, которые могут скрывать входы:"
                ),
                gaps()
            ));
        }
        line(
            self.pick(
                "Not seen: routes that a loop or a table of tuples registers, what a server in front of the program lets through, middleware that is configured by text.",
                "Не видно: маршруты, которые регистрирует цикл или таблица кортежей, что пропускает сервер перед программой, промежуточные слои, заданные строками.",
            )
            .to_owned(),
        );
        format!(
            "\n{}:\n\n{foot}",
            self.pick("What this could not see", "Чего здесь не видно")
        )
    }
}
