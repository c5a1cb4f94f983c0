using System.Text.Json.Serialization;

namespace Microsoft.ML.RevRnn;

/// <summary>What all RevRnn estimators have in common: input, network and training.</summary>
/// <remarks>
/// Network and training are the engine's own option records. They cannot be changed, only replaced:
/// <code>
/// var options = new RevRnnClassificationOptions { Network = new() { HiddenSize = 512 }, Training = new() { MaximumEpochs = 20 } };
/// options.Training = options.Training with { Seed = 1 };
/// </code>
/// All options but models to start from and what listens to the training can be written as JSON, and read, by System.Text.Json.
/// </remarks>
public abstract class RevRnnOptions
{
    private protected RevRnnOptions()
    {
    }

    /// <summary>How texts are cut into tokens and which are known. Not used where the input column holds keys: there each key is a token.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public VocabularyOptions Vocabulary { get; set => field = value ?? throw new ArgumentNullException(nameof(Vocabulary)); } = new();

    /// <summary>The shape of the network. Of its cell it is the method that decides where that has the name of one, such as <c>RevGru</c>.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public NetworkOptions Network { get; set => field = value ?? throw new ArgumentNullException(nameof(Network)); } = new();

    /// <summary>How the network is trained. Without a seed it has that of the MLContext, and where that has none either, each fit differs.</summary>
    /// <exception cref="ArgumentNullException">The value is null.</exception>
    public TrainingOptions Training { get; set => field = value ?? throw new ArgumentNullException(nameof(Training)); } = new();

    /// <summary>Told several times a second where training stands, on the training thread; null for nobody.</summary>
    [JsonIgnore]
    public IProgress<TrainingProgress>? Progress { get; set; }

    /// <summary>
    /// Ends training early, as ML.NET does where its own time is limited. Fit then returns the best model so far, of those after each epoch; before the first epoch is
    /// complete there is none, and it throws <see cref="OperationCanceledException"/>.
    /// </summary>
    [JsonIgnore]
    public CancellationToken CancellationToken { get; set; }

    /// <summary>A copy that later changes do not reach, after a check of every option.</summary>
    /// <param name="cell">The cell that was asked for by another way than these options; null for theirs.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range; the message names it, its value and the range.</exception>
    /// <exception cref="ArgumentException">A column has no name, or two have the same, or options contradict each other.</exception>
    internal RevRnnOptions Checked(CellKind? cell = null)
    {
        var copy = (RevRnnOptions)MemberwiseClone();
        if (cell is { } asked)
            copy.Network = copy.Network with { Cell = asked };
        copy.Check();
        return copy;
    }

    /// <summary>Checks every option, and fills in those that follow from others.</summary>
    private protected virtual void Check()
    {
        Vocabulary.Validate();
        Network.Validate();
        Training.Validate();
    }

    private protected static void CheckName(string option, string? columnName)
    {
        if (string.IsNullOrWhiteSpace(columnName))
            throw new ArgumentException($"{option} is empty; it must be the name of a column.", option);
    }

    /// <summary>A copy of the names of several columns, after a check of them.</summary>
    private protected static string[]? CheckNames(string option, string[]? columnNames)
    {
        if (columnNames == null)
            return null;
        if (columnNames.Length == 0)
            throw new ArgumentException($"{option} is empty; it must name a column at least, or be null.", option);
        foreach (var name in columnNames)
            CheckName(option, name);
        return columnNames.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { Key: var twice }
            ? throw new ArgumentException($"{option} has '{twice}' twice.", option)
            : (string[])columnNames.Clone();
    }

    private protected static void CheckDiffer(string option, string columnName, string otherOption, string otherColumnName)
    {
        if (columnName == otherColumnName)
            throw new ArgumentException($"{option} and {otherOption} are both '{columnName}'; they must differ.", otherOption);
    }

    /// <summary>Checks that the network reads from the beginning to the end only.</summary>
    /// <param name="reason">Who must, and why.</param>
    private protected void CheckForwardsOnly(string reason)
    {
        if (Network.Bidirectional)
        {
            throw new ArgumentException(
                $"{nameof(NetworkOptions.Bidirectional)} is set; {reason}. Leave it unset in {nameof(Network)}.", nameof(NetworkOptions.Bidirectional));
        }
    }
}
