using System.CommandLine;
using LanguageModeling;
using Microsoft.ML.RevRnn;
using Samples;

var data = new Option<FileInfo?>("--data") { Description = "A text to learn from, instead of the SDK's documentation.", HelpName = "file.txt" };
var level = new Option<string>("--level") { Description = "What a token is: a character, a word, or a byte pair.", DefaultValueFactory = _ => "char" };
level.AcceptOnlyFromAmong("char", "word", "bpe");
var cell = new Option<string>("--cell") { Description = "The recurrent cell.", DefaultValueFactory = _ => "revlstm" };
cell.AcceptOnlyFromAmong("revlstm", "revgru", "lstm", "gru");
var minutes = new Option<double>("--minutes") { Description = "Time to train for.", DefaultValueFactory = _ => 5 };
var checkpoint = new Option<FileInfo?>("--checkpoint") { Description = "Keeps the state of training here, and goes on from it.", HelpName = "file" };
var threads = new Option<int?>("--threads") { Description = "Threads; as many as there are processors if not given." };
var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object in the last line." };

var command = new RootCommand("Trains a reversible recurrent network to predict text, and lets it write.") { data, level, cell, minutes, checkpoint, threads, json };
command.SetAction(arguments =>
{
    var tokens = arguments.GetValue(level) switch { "word" => TokenKind.Words, "bpe" => TokenKind.BytePairs, _ => TokenKind.Characters };
    var settings = new Settings(
        arguments.GetValue(data), tokens, Enum.Parse<CellKind>(arguments.GetValue(cell)!, ignoreCase: true), arguments.GetValue(minutes),
        arguments.GetValue(checkpoint), arguments.GetValue(threads), arguments.GetValue(json));
    return Terminal.Run(() => Experiment.Run(settings));
});
return command.Parse(args).Invoke();
