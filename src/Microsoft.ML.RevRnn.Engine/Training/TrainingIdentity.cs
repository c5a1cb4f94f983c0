using System.Security.Cryptography;
using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>What tells one training from another.</summary>
internal static class TrainingIdentity
{
    /// <summary>
    /// SHA-256 of everything that the trained weights depend on. Epochs that are added change nothing of those before them where neither warming up nor the schedule
    /// goes by the number of all epochs.
    /// </summary>
    public static byte[] Of(TrainingTask task, TrainingOptions options)
    {
        var goesByEpochs = options.WarmUpFraction > 0 || options.Schedule is LearningRateSchedule.Linear or LearningRateSchedule.Cosine;
        using var hash = SHA256.Create();
        using (var hashed = new CryptoStream(Stream.Null, hash, CryptoStreamMode.Write))
        using (var writer = new BinaryWriter(hashed))
        {
            writer.Write((int)options.Optimizer);
            writer.Write((int)options.Schedule);
            foreach (var value in (ReadOnlySpan<double>)
                [goesByEpochs ? options.Epochs : 0, options.Rows, options.LearningRate, options.WarmUpFraction, options.NonMonotoneEpochs, options.WeightDecay,
                 options.MaximumGradientNorm, options.MaximumStateGradientNorm, options.Dropout, options.ValidationFraction ?? -1, options.MemoryBudget ?? 0,
                 options.MaximumMinutes ?? 0, options.Seed!.Value])
            {
                writer.Write(value);
            }
            // How many rows of a batch fit into a budget depends on the strategy, and on what threads keep for themselves.
            writer.Write(options.MemoryBudget == null ? -1 : (int)options.ActivationStrategy);
            if (options.MemoryBudget != null)
                writer.Write(options.Shares);
            if (options.InputDropoutByToken)
                writer.Write(nameof(options.InputDropoutByToken));
            if (options.ValidationMetric is not (ValidationMetric.Loss or ValidationMetric.Perplexity))
                writer.Write((int)options.ValidationMetric);
            if (options.Arithmetic != CellArithmetic.Reversible)
                writer.Write((int)options.Arithmetic);
            if (options.MaximumGradientValue is { } limit)
            {
                writer.Write(nameof(options.MaximumGradientValue));
                writer.Write(limit);
            }
            if (options.SpectralRadius is { } radius)
            {
                writer.Write(nameof(options.SpectralRadius));
                writer.Write(radius);
            }
            if (options.InformationFlow > 0)
            {
                writer.Write(nameof(options.InformationFlow));
                writer.Write(options.InformationFlow);
                writer.Write((int)options.InformationFlowForm);
            }
            if (options.IsSharded)
            {
                foreach (var value in (ReadOnlySpan<int>)[options.Shards, options.BatchesPerStep, (int)options.GradientFormat])
                    writer.Write(value);
            }
            task.Trainer.Parameters.WriteIdentity(writer);
            task.WriteIdentity(writer);
        }
        return hash.Hash!;
    }
}
