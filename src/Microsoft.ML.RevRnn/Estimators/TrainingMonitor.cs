using System.Globalization;
using Microsoft.ML.RevRnn.Input;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.RevRnn.Estimators;

/// <summary>
/// Hands training progress on: to whoever the options name, to ML.NET's progress channel, and as one line an epoch to the channel that
/// <c>MLContext.Log</c> shows.
/// </summary>
internal sealed class TrainingMonitor : IProgress<TrainingProgress>, IDisposable
{
    private readonly IChannel _channel;
    private readonly IProgressChannel _progressChannel;
    private readonly IProgress<TrainingProgress>? _listener;
    private volatile TrainingProgress? _last;

    public TrainingMonitor(IHost host, IChannel channel, IProgress<TrainingProgress>? listener)
    {
        _channel = channel;
        _listener = listener;
        _progressChannel = host.StartProgressChannel("Training");
        _progressChannel.SetHeader(new ProgressHeader(["Loss", "Accuracy", "Tokens/s"], ["epochs"]), Fill);
    }

    public void Report(TrainingProgress value)
    {
        var ended = value.EpochFraction >= 1;
        if (_last == null && value.FallbackReason is { } reason)
            _channel.Warning(MessageSensitivity.None, $"Training is on the CPU: {reason}");
        _last = value;
        if (ended)
        {
            _progressChannel.Checkpoint(value.Loss, value.Accuracy, value.TokensPerSecond, value.Epoch);
            _channel.Info(MessageSensitivity.None, Describe(value));
            if (value.CheckpointFailure is { } failure)
                _channel.Warning(MessageSensitivity.None, failure);
        }
        _listener?.Report(value);
    }

    public void Started(TrainingRows rows, NetworkOptions network)
    {
        long tokens = 0;
        foreach (var sequence in rows.Sequences)
            tokens += sequence.Length;
        _channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"{(network.Structure == NetworkStructure.Sequence ? $"{network.Cell}" : $"{network.Structure}")}: {rows.Sequences.Count} sequences, {tokens} tokens, vocabulary of {rows.Tokenization.VocabularySize}, " +
            $"{network.LayerCount} x {network.HiddenSize} units{(network.Bidirectional ? " in each direction" : "")}."));
    }

    public void Ended(TrainingReport report)
    {
        _channel.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture,
            $"{report.StopReason} after {report.Elapsed.TotalSeconds:F1} s; epoch {report.BestEpoch} of {report.Epochs.Count} kept; " +
            $"{report.TokensPerSecond:F0} tokens/s; activations took {report.PeakActivationBytes} bytes (stored: {report.StoredActivationBytes})."));
    }

    public void Dispose() => _progressChannel.Dispose();

    private static string Describe(TrainingProgress value)
    {
        var validation = value.ValidationLoss is { } loss
            ? string.Create(CultureInfo.InvariantCulture, $", validation loss {loss:F4}, accuracy {value.ValidationAccuracy:F4}")
            : "";
        if (value.ValidationScore is { } score)
            validation += string.Create(CultureInfo.InvariantCulture, $", BLEU {score:F2}");
        return string.Create(CultureInfo.InvariantCulture, $"Epoch {value.Epoch}/{value.EpochCount}: " +
            $"loss {value.Loss:F4}, accuracy {value.Accuracy:F4}{validation}, {value.TokensPerSecond:F0} tokens/s.");
    }

    /// <summary>Called by ML.NET whenever it wants to know.</summary>
    private void Fill(IProgressEntry entry)
    {
        if (_last is not { } last)
            return;
        entry.SetMetric(0, last.Loss);
        entry.SetMetric(1, last.Accuracy);
        entry.SetMetric(2, last.TokensPerSecond);
        entry.SetProgress(0, last.Epoch - 1 + last.EpochFraction, last.EpochCount);
    }
}
