.PHONY: build test format run

build:
	swift build -c release

test:
	swift test -c release

format:
	swift format -i -r Sources Tests Package.swift

run:
	swift run -c release espalier run
