"""Two imports, fifty streams and twenty WebSockets at once, and whether anything of them is lost or mixed."""

import threading
import time

from serving import QUESTIONS, ROOT, Server, WebSocket, big_source, project


def crowd(seconds):
    """Two imports, fifty streams and twenty WebSockets at once: each answer is whole, and that of its question."""
    users = [(f"user{number}", "admin") for number in range(14)]
    server = Server(users, {"API_CONCURRENT_JOBS": "2"})
    wrong, counts, lock = [], {"streams": 0, "answers": 0, "jobs": 0, "progress": 0}, threading.Lock()
    tokens = [server.login(name) for name, _ in users]
    first = server.start_import(tokens[0], ROOT / "examples/shop", "shop")
    assert server.wait_import(tokens[0], first)["status"] == "completed"
    shop = project(server, tokens[0], "shop")
    truth = {}
    for question in QUESTIONS:
        status, body = server.request("POST", "/api/v1/chat", tokens[0], {"query": question, "project_id": shop})
        assert status == 200, body
        truth[question] = body["answer"]
    before = server.memory()
    until = time.monotonic() + seconds

    def count(name, by=1):
        with lock:
            counts[name] += by

    def guarded(work, *arguments):
        try:
            work(*arguments)
        except Exception as error:  # noqa: BLE001  whatever it is, it is what is looked for
            wrong.append(f"{work.__name__}: {error!r}")

    def read_streams(number, token):
        turn = number
        while time.monotonic() < until:
            question = QUESTIONS[turn % len(QUESTIONS)]
            turn += 1
            status, events = server.stream(token, {"query": question, "project_id": shop})
            if status != 200:
                wrong.append(f"a stream answered {status}")
                continue
            kinds = [event["type"] for event in events]
            text = "".join(event["content"] for event in events if event["type"] == "chunk")
            done = next((event for event in events if event["type"] == "done"), {"answer": None})
            if kinds[0] != "start" or kinds[-1] != "end" or done["answer"] != truth[question] or text != truth[question].rstrip():
                wrong.append(f"a stream: {kinds} for {question!r}")
            count("streams")

    def talk(number, token):
        client = WebSocket(server, "/ws/chat", token)
        assert client.hear()["type"] == "connected"
        turn = number
        while time.monotonic() < until:
            question, mark = QUESTIONS[turn % len(QUESTIONS)], f"q{number}-{turn}"
            turn += 1
            client.say({"type": "chat.query", "request_id": mark, "payload": {"query": question, "project_id": shop}})
            text, whole = "", None
            while (told := client.hear())["type"] != "chat.done":
                if told["request_id"] != mark:
                    wrong.append(f"{told['request_id']} for {mark}")
                if told["type"] == "chat.chunk":
                    text += told["payload"]["content"]
                elif told["type"] == "chat.response":
                    whole = told["payload"]["answer"]
                elif told["type"] == "chat.error":
                    wrong.append(str(told))
            if whole != truth[question] or text != truth[question].rstrip():
                wrong.append(f"a talk: {question!r}")
            count("answers")

    def follow(number, token):
        folder = big_source(server, 20)
        while time.monotonic() < until:
            job = server.start_import(token, folder, f"big{number}")
            followers = [WebSocket(server, f"/ws/jobs/{job}", token) for _ in range(4)]
            ends = []
            for client in followers:
                last = 0
                while told := client.hear():
                    if told["type"] == "job.progress":
                        count("progress")
                        if told["payload"]["job_id"] != job or told["payload"]["progress"] < last:
                            wrong.append(f"progress: {told}")
                        last = told["payload"]["progress"]
                    elif told["type"].startswith("job.") and told["type"] != "job.started":
                        ends.append(told["type"])
            if ends != ["job.completed"] * 4:
                wrong.append(f"jobs ended {ends}")
            count("jobs")

    threads = [threading.Thread(target=guarded, args=[read_streams, number, tokens[number // 5]]) for number in range(50)]
    threads += [threading.Thread(target=guarded, args=[talk, number, tokens[10 + number // 5]]) for number in range(12)]
    threads += [threading.Thread(target=guarded, args=[follow, number, tokens[number]]) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = server.memory()
    server.stop()
    return {"seconds": seconds, **counts, "wrong": wrong, "before": before, "after": after}
