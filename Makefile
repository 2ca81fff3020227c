.PHONY: build test format run readme picture

build:
	swift build -c release

test:
	swift test -c release

format:
	swift format -i -r Sources Tests Package.swift

run:
	swift run -c release espalier run

# The table of both READMEs, from the results of the full run.
readme:
	docs/results/paste.sh

# The picture of both READMEs, from a report; needs Chromium.
REPORT ?= runs/quickstart/report
picture:
	docs/pictures/make.sh $(REPORT)
