@echo off
rem The command line of an installed CPM Courier: the application itself, without windows.
"%~dp0..\..\CPM Courier.exe" --role=cli %*
