using System.CommandLine;
using Autocomplete;
using Samples;

var text = new Option<FileInfo?>("--text") { Description = "A text to learn from, instead of the SDK's documentation.", HelpName = "file.txt" };
var observations = new Option<int>("--observations") { Description = "Pieces of up to 200 characters to take of it, at the most.", DefaultValueFactory = _ => 2000 };
var words = new Option<int>("--words") { Description = "Words that are to be told: the most frequent ones.", DefaultValueFactory = _ => 1000 };
var units = new Option<int>("--units") { Description = "Hidden units of each network.", DefaultValueFactory = _ => 96 };
var epochs = new Option<int>("--epochs") { Description = "Passes over the observations.", DefaultValueFactory = _ => 4 };
var html = new Option<FileInfo?>("--html") { Description = "Writes here what each network remembers, as a page.", HelpName = "file.html" };
var threads = new Option<int?>("--threads") { Description = "Threads; as many as there are processors if not given." };
var isShort = new Option<bool>("--short") { Description = "200 observations, 200 words, 32 units: to see that it runs." };
var json = new Option<bool>("--json") { Description = "Print the figures as one JSON object in the last line." };

var command = new RootCommand("Tells each word from its first letters and what came before, by several recurrent networks, and shows what each of them remembers.")
{
    text, observations, words, units, epochs, html, threads, isShort, json,
};
command.SetAction(arguments =>
{
    var settings = new Settings(
        arguments.GetValue(text), arguments.GetValue(observations), arguments.GetValue(words), arguments.GetValue(units), arguments.GetValue(epochs), arguments.GetValue(html),
        arguments.GetValue(threads), arguments.GetValue(json));
    if (arguments.GetValue(isShort))
        settings = settings with { Observations = 200, Words = 200, Units = 32, Epochs = 1 };
    return Terminal.Run(() => Experiment.Run(settings));
});
return command.Parse(args).Invoke();
