//! What the scenario says of itself.

use codegraph_sdk::Localized;
use codegraph_sdk::scenario::Descriptor;

fn localized(en: &str, ru: &str) -> Localized {
    Localized {
        en: en.to_owned(),
        ru: ru.to_owned(),
    }
}

/// The descriptor; core routes by it and knows nothing else of the scenario.
pub fn descriptor() -> Descriptor {
    let pairs = |list: &[(&str, &str)]| list.iter().map(|(en, ru)| localized(en, ru)).collect();
    Descriptor {
        id: "onboarding".to_owned(),
        name: localized("Onboarding", "Знакомство с кодом"),
        description: localized(
            "Get started with a codebase - find functions, trace call graphs",
            "Первые шаги в коде: найти функцию, проследить вызовы, понять назначение файлов",
        ),
        category: "Learning".to_owned(),
        keywords: pairs(&[
            ("find", "найди"),
            ("where", "где"),
            ("what", "что"),
            ("how", "как"),
            ("explain", "объясни"),
        ]),
        phrases: pairs(&[
            ("where is", "где находится"),
            ("defined", "где определена"),
            ("callers", "кто вызывает"),
            ("called by", "откуда вызывается"),
            ("data flow", "поток данных"),
            ("subsystem", "подсистема"),
            ("what happens when", "что происходит когда"),
            ("call path", "путь вызовов"),
            ("module map", "карта модулей"),
            ("entry point", "с чего начать"),
        ]),
        examples: pairs(&[
            (
                "Where is the main() function?",
                "Где находится функция main()?",
            ),
            (
                "What does exec_simple_query do?",
                "Что делает exec_simple_query?",
            ),
            ("Who calls save_order?", "Кто вызывает save_order?"),
            (
                "Is there a call path from main to save_order?",
                "Есть ли путь вызовов от main до save_order?",
            ),
            ("What is src/app.py for?", "Зачем нужен src/app.py?"),
            ("Show the module map", "Покажи карту модулей"),
        ]),
        is_default: true,
        priority: 5,
        readme: include_str!("../README.md").to_owned(),
        extra: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::question::{Phrases, read};

    #[test]
    fn its_examples_are_understood() {
        let phrases = Phrases::built_in();
        for example in super::descriptor().examples {
            for question in [example.en, example.ru] {
                assert!(
                    read(&question, &phrases, &|_| false).by_pattern,
                    "{question}"
                );
            }
        }
    }
}
