//! What the scenario says of itself.

use codegraph_sdk::Localized;
use codegraph_sdk::scenario::{Descriptor, warm};

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
        id: "entry_points".to_owned(),
        name: localized("Entry Points Analysis", "Точки входа"),
        description: localized(
            "Find where a program can be entered, by whom, and which checks stand there",
            "Где в программу можно войти, кому это доступно и какие проверки там стоят",
        ),
        category: "Security".to_owned(),
        keywords: pairs(&[
            ("endpoint", "эндпоинт"),
            ("endpoints", "эндпоинты"),
            ("api", "эндпоинтов"),
            ("entry", "маршрут"),
            ("network", "маршруты"),
            ("attack", "маршрутов"),
            ("route", "ручки"),
            ("routes", "ручек"),
            ("handlers", "обработчики"),
            ("listeners", "обработчиков"),
            ("listens", "слушает"),
            ("cli", "команды"),
            ("commands", "команд"),
            ("exported", "экспортирует"),
            ("exports", "экспортируются"),
            ("unauthenticated", "сокеты"),
            ("ports", "порты"),
            ("webhooks", "вебхуки"),
            ("jobs", "сети"),
            ("tasks", "извне"),
            ("callbacks", "колбэки"),
        ]),
        phrases: pairs(&[
            ("attack surface", "поверхность атаки"),
            ("network-facing", "поверхности атаки"),
            ("trust boundary", "граница доверия"),
            ("trust boundaries", "границы доверия"),
            ("entry points", "точки входа"),
            ("entry point", "точка входа"),
            ("entrypoint", "точек входа"),
            ("api endpoint", "точку входа"),
            ("http endpoint", "http-запрос"),
            ("http route", "http-маршрут"),
            ("exposed to the network", "доступно из сети"),
            ("reachable from outside", "доступно извне"),
            ("from the internet", "из интернета"),
            ("without authentication", "без аутентификации"),
            ("without login", "без авторизации"),
            ("command line commands", "команды командной строки"),
            ("cli commands", "консольные команды"),
            ("signal handler", "обработчики сигналов"),
            ("scheduled job", "задачи по расписанию"),
            ("background job", "фоновые задачи"),
            ("celery task", "задачи celery"),
            ("listens on", "слушает порт"),
            ("listen on", "порт слушает"),
            ("listening on", "слушает сервер"),
            ("exported function", "экспортируемые функции"),
            ("public api", "публичный api"),
        ]),
        examples: pairs(&[
            ("Find API endpoints", "Найди эндпоинты API"),
            ("Analyze attack surface", "Какова поверхность атаки?"),
            (
                "Which endpoints work without authentication?",
                "Какие эндпоинты работают без аутентификации?",
            ),
            (
                "Which entry points reach save_order?",
                "Какие точки входа ведут к save_order?",
            ),
            ("Which CLI commands are there?", "Какие есть команды CLI?"),
        ]),
        is_default: false,
        priority: 10,
        readme: include_str!("../README.md").to_owned(),
        extra: vec![warm("Analyze attack surface")],
    }
}
