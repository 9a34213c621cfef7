//! What the scenario says of itself.

use codegraph_sdk::Localized;
use codegraph_sdk::finding::rules_entry;
use codegraph_sdk::scenario::{Descriptor, warm};

use crate::rules::{Rule, rules};

fn localized(en: &str, ru: &str) -> Localized {
    Localized {
        en: en.to_owned(),
        ru: ru.to_owned(),
    }
}

/// The descriptor; core routes by it and knows nothing else of the scenario.
pub fn descriptor() -> Descriptor {
    let pairs = |list: &[(&str, &str)]| list.iter().map(|(en, ru)| localized(en, ru)).collect();
    // Rules that cannot be read are found by tests; a plugin without rules still says what it is.
    let rules: Vec<_> = rules().unwrap_or_default().iter().map(Rule::info).collect();
    Descriptor {
        id: "security".to_owned(),
        name: localized("Security Audit", "Аудит безопасности"),
        description: localized(
            "Find security vulnerabilities - SQL injection, buffer overflows",
            "Поиск уязвимостей: SQL-инъекции, переполнения буфера, утечки",
        ),
        category: "Security".to_owned(),
        keywords: pairs(&[
            ("vulnerability", "уязвимость"),
            ("vulnerabilities", "уязвимости"),
            ("vulnerable", "уязвимостей"),
            ("injection", "инъекция"),
            ("injections", "инъекции"),
            ("unsafe", "небезопасный"),
            ("insecure", "небезопасно"),
            ("exploit", "эксплойт"),
            ("cve", "безопасность"),
            ("cwe", "безопасности"),
            ("security", "дыры"),
            ("xss", "секреты"),
            ("csrf", "пароли"),
            ("ssrf", "переполнение"),
            ("taint", "переполнения"),
        ]),
        phrases: pairs(&[
            ("sql injection", "sql-инъекци"),
            ("command injection", "инъекции команд"),
            ("buffer overflow", "переполнение буфера"),
            ("use after free", "использование после освобождения"),
            ("double free", "двойное освобождение"),
            ("path traversal", "обход каталог"),
            ("hardcoded password", "пароли в коде"),
            ("hardcoded secret", "секреты в коде"),
            ("security audit", "аудит безопасности"),
            ("security issues", "проблемы безопасности"),
            ("untrusted input", "недоверенный ввод"),
            ("memory leak", "утечки памяти"),
            ("open redirect", "открытое перенаправление"),
            // Beginnings of words that are inflected: phrases are looked for anywhere.
            ("vulnerab", "уязвим"),
            ("hardcoded", "паролей в коде"),
            ("user input", "пользовательский ввод"),
            ("weak hash", "инъекци"),
            ("md5", "небезопасн"),
        ]),
        examples: pairs(&[
            (
                "Find SQL injection vulnerabilities",
                "Найди уязвимости вида SQL-инъекция",
            ),
            (
                "Check for buffer overflows",
                "Проверь, нет ли переполнения буфера",
            ),
            ("Is there CWE-502 here?", "Есть ли здесь CWE-502?"),
            (
                "Security issues of src/api.py",
                "Проблемы безопасности в src/api.py",
            ),
        ]),
        is_default: false,
        priority: 10,
        readme: include_str!("../README.md").to_owned(),
        // All searches that any question asks for, made before somebody does.
        extra: vec![rules_entry(&rules), warm("Are there security issues?")],
    }
}
