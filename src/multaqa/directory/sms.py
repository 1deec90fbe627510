def console(number: str, text: str) -> None:
    print(f"SMS {number}: {text}")
