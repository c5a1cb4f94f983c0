using Microsoft.ML.RevRnn.Models;

namespace Microsoft.ML.RevRnn;

/// <summary>How a model is written as ONNX.</summary>
public sealed record OnnxExportOptions
{
    internal const int LeastOpset = 12;
    internal const int MostOpset = 17;

    /// <summary>The version of the operators, 12 to 17: 17 for today's runtimes, 12 for those that are old, among them the graphs that ML.NET makes itself.</summary>
    public int Opset { get; init; } = MostOpset;

    /// <summary>The name of the input that takes the token numbers, Int64 [rows, steps].</summary>
    public string InputName { get; init; } = "tokens";

    /// <summary>How the states of a reversible cell are held.</summary>
    public OnnxArithmetic Arithmetic { get; init; } = OnnxArithmetic.FixedPoint;

    /// <summary>
    /// The tokenizer that the model was trained with, which goes into the file's metadata so that text can be read by it; null for none. Transformers of pipelines put in
    /// their own.
    /// </summary>
    public TextTokenizer? Tokenizer { get; init; }

    /// <summary>What the classes or labels are called, for the file's metadata; null for nothing. Transformers of pipelines put in their own.</summary>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>T of a classifier, 0.01 to 100: its probabilities are softmax(scores / T). Transformers of pipelines put in their own.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>What a classifier of labels gives out. Transformers of pipelines put in their own.</summary>
    public OnnxLabelOutputs LabelOutputs { get; init; }

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        OptionCheck.Range(nameof(Opset), Opset, LeastOpset, MostOpset);
        OptionCheck.Defined(nameof(Arithmetic), Arithmetic);
        OptionCheck.Range(nameof(Temperature), Temperature, TemperatureScaling.Least, TemperatureScaling.Most);
        OptionCheck.Defined(nameof(LabelOutputs), LabelOutputs);
        ArgumentException.ThrowIfNullOrWhiteSpace(InputName);
    }
}
