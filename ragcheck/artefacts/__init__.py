"""What a gate or a comparison leaves behind: lines, Markdown, JSON, JUnit, GitHub's files.

Written from their records alone; nothing here decides anything. Every artefact has a largest size
that 10,000 lost questions do not break.
"""
